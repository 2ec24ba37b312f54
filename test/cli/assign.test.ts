import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import { SessionBody } from '../../src/control/schema.ts'
import { createFakeRuntime, createFakeTerminal, runCommand } from '../support/command-line.ts'
import {
  accessMethodId,
  backOffice,
  frontDesk,
  keyCoder,
  openControl,
  waitingSession,
} from '../support/fake-control-ports.ts'

const session: SessionView = { ...waitingSession, kind: 'assign' }
const assigned: Ending = { kind: 'assigned', uid: null, technology: 'barcode', cardNumber: '4711' }

const begin = (argv: readonly string[]) => {
  const fake = createFakeTerminal()
  return { fake, ended: runCli(['assign', ...argv], createFakeRuntime().runtime, fake.terminal) }
}

test('assign asks for the card at the named encoder and ends with its number', async () => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, backOffice]
  const argv = [accessMethodId, '--encoder', 'back office', '--data', control.dataDir]
  const { fake, ended } = begin(argv)
  control.show({ ...session, prompt: 'Show the card.' })
  await expect.poll(() => fake.written.out).toBe('Show the card.\n')
  control.show({ ...session, revision: 2, state: 'ended', ending: assigned })
  expect(await ended).toBe(0)
  expect(fake.written.out).toContain(
    'Assigned: the access method is issued with the card 4711. Hand it out.\n',
  )
  expect(control.calls).toEqual([{ assign: accessMethodId, encoderId: backOffice.encoderId }])
})

test('with --json assign prints one document', async () => {
  await using control = await openControl()
  const { fake, ended } = begin([accessMethodId, '--json', '--data', control.dataDir])
  control.show({ ...session, state: 'ended', ending: assigned })
  expect(await ended).toBe(0)
  expect(SessionBody.parse(JSON.parse(fake.written.out)).ending).toMatchObject({
    kind: 'assigned',
    card_number: '4711',
  })
})

test.each([
  ['untouched', 'card_not_assigned', 5, 'Not assigned: the access method waits for a card as before.'],
  ['unknown', 'outcome_unknown', 8, 'Unknown: nobody can say whether the card was assigned.'],
] as const)('an ending %s by %s exits %i', async (kind, code, exit, headline) => {
  await using control = await openControl()
  const { fake, ended } = begin([accessMethodId, '--data', control.dataDir])
  control.show({ ...session, state: 'ended', ending: { kind, code, detail: null, uid: null } })
  expect(await ended).toBe(exit)
  expect(fake.written.out).toContain(headline)
})

test('assign wants an access method, and one that can be', async () => {
  await using control = await openControl()
  for (const argv of [['assign'], ['assign', 'R-4711']]) {
    expect((await runCommand([...argv, '--data', control.dataDir])).code).toBe(2)
  }
  expect(control.calls).toEqual([])
})

test('scan --assign-to-user orders a scan that makes the card somebody’s', async () => {
  await using control = await openControl()
  const remote = { ...keyCoder, keys: keyCoder.keys && { ...keyCoder.keys, reads: true, assigns: true } }
  control.state.encoders = [remote]
  const argv = ['scan', '--assign-to-user', accessMethodId, '--data', control.dataDir]
  const ended = runCommand(argv)
  const failed = { kind: 'untouched', code: 'card_timeout', detail: null, uid: null } as const
  control.show({ ...session, kind: 'scan_to_assign', state: 'ended', ending: failed })
  expect((await ended).code).toBe(5)
  expect(control.calls).toEqual([{ scan: remote.encoderId, userIdentityId: accessMethodId }])
})
