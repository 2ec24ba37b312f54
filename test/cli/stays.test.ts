import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import { createFakeRuntime, createFakeTerminal, runCommand } from '../support/command-line.ts'
import {
  accessMethodId,
  frontDesk,
  keyCoder,
  openControl,
  waitingSession,
} from '../support/fake-control-ports.ts'

const stay: SessionView = { ...waitingSession, kind: 'stay', encoderId: keyCoder.encoderId }

const begin = (argv: readonly string[], fake = createFakeTerminal()) => ({
  fake,
  ended: runCli(argv, createFakeRuntime().runtime, fake.terminal),
})

test.each([
  [['check-out', '101'], { kind: 'checkOut', room: '101' }],
  [['move', '101', '204'], { kind: 'moveStay', room: '101', newRoom: '204', endsAt: null }],
  [
    ['move', '101', '101', '--until', '2026-11-25T12:00:00+01:00', '--encoder', 'key coder'],
    { kind: 'moveStay', room: '101', newRoom: '101', endsAt: '2026-11-25T11:00:00.000Z' },
  ],
  [['cancel-task', '--encoder', 'Key Coder'], { kind: 'cancelTask' }],
])('%j orders it and follows it to its ending', async (argv, subject) => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, keyCoder]
  const { fake, ended } = begin([...argv, '--data', control.dataDir])
  control.show({ ...stay, state: 'makingKey', prompt: 'The lock system is at work.' })
  await expect.poll(() => fake.written.out).toBe('The lock system is at work.\n')
  const ending: Ending = { kind: 'carriedOut', remark: 'The keys end at once.' }
  control.show({ ...stay, revision: 2, state: 'ended', ending })
  expect(await ended).toBe(0)
  expect(fake.written.out).toContain(
    'Done: the lock system has carried it out.\n  Remark:  The keys end at once.\n',
  )
  expect(control.calls).toEqual([{ stay: subject, encoderId: keyCoder.encoderId }])
})

test.each([
  ['untouched', 'room_unknown', 3, 'Not done: the lock system has changed nothing.'],
  [
    'unknown',
    'outcome_unknown',
    8,
    'Unknown: nobody can say whether the lock system has done it. Look there.',
  ],
] as const)('a check-out that ended %s by %s exits %i', async (kind, code, exit, headline) => {
  await using control = await openControl()
  control.state.encoders = [keyCoder]
  const { fake, ended } = begin(['check-out', '101', '--data', control.dataDir])
  control.show({ ...stay, state: 'ended', ending: { kind, code, detail: null, uid: null } })
  expect(await ended).toBe(exit)
  expect(fake.written.out).toContain(`${headline}\n`)
  expect(fake.written.out).toContain(`${new BridgeError(code).message} (${code})`)
})

test('what the lock system can’t do is refused with not_supported', async () => {
  await using control = await openControl()
  const { code, err } = await runCommand(['check-out', '101', '--data', control.dataDir])
  expect(code).toBe(5)
  expect(err).toContain('(not_supported)')
})

const keys = { serialNumbers: [], shortfall: null, remark: null }
const made = (more: object): Ending => ({
  kind: 'encoded',
  uid: null,
  technology: 'unknown',
  proof: 'confirmed',
  keys: { ...keys, made: 1, wanted: 1, ...more },
})

test.each<[Ending, number, string]>([
  [made({}), 0, 'The key is made: the lock system says so. Hand it out.\n'],
  [
    made({
      made: 3,
      wanted: 3,
      serialNumbers: ['04AA', '04BB', '04CC'],
      remark: 'Whole hours: until 11:00.',
    }),
    0,
    '3 keys are made: the lock system says so. Hand them out.\n' +
      '  Serial:  04AA, 04BB, 04CC\n  Remark:  Whole hours: until 11:00.\n',
  ],
  [
    made({ made: 2, wanted: 3, shortfall: { code: 'card_timeout', detail: null } }),
    5,
    '2 of 3 keys made: No card was placed in time. Hand out what was made.\n' +
      '  Cause:         No card was placed in time. (card_timeout)\n',
  ],
  [
    made({ made: 1, wanted: 2, shortfall: { code: 'outcome_unknown', detail: null } }),
    8,
    '1 of 2 keys made: The writing was cut short',
  ],
])('an encode says how many keys were made (%#)', async (ending, exit, text) => {
  await using control = await openControl()
  control.state.encoders = [keyCoder]
  const argv = ['encode', accessMethodId, '--purpose', 'one_shot', '--copies', '3', '--data', control.dataDir]
  const { fake, ended } = begin(argv)
  control.show({ ...waitingSession, state: 'ended', ending })
  expect(await ended).toBe(exit)
  expect(fake.written.out).toContain(text)
  expect(control.calls).toMatchObject([{ encode: { purpose: 'oneShot', copies: 3 } }])
})

test('a terminal shows a bar while keys are made', async () => {
  await using control = await openControl()
  const { fake, ended } = begin(
    ['encode', accessMethodId, '--data', control.dataDir],
    createFakeTerminal({ isTTY: true }),
  )
  control.show({ ...waitingSession, state: 'makingKey', progress: { done: 1, total: 3 } })
  await expect.poll(() => fake.written.out).toContain('1/3 keys')
  control.show({ ...waitingSession, revision: 2, state: 'ended', ending: made({ made: 3, wanted: 3 }) })
  expect(await ended).toBe(0)
})
