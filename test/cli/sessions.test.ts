import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { CardUid } from '../../src/contract/ids.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import { SessionBody } from '../../src/control/schema.ts'
import { createFakeRuntime, createFakeTerminal, openDir, runCommand } from '../support/command-line.ts'
import { accessMethodId, frontDesk, openControl, waitingSession } from '../support/fake-control-ports.ts'

const uid = CardUid.parse('04AABBCC')
const technology = 'mifare-classic-1k'
const encoded: Ending = { kind: 'encoded', uid, technology, proof: 'readBack', keys: null }

const begin = (argv: readonly string[], fake = createFakeTerminal()) => ({
  fake,
  ended: runCli(argv, createFakeRuntime().runtime, fake.terminal),
})

/** Shows a session that grows from state to state. */
const createStory = (control: Awaited<ReturnType<typeof openControl>>) => {
  let revision = 0
  return (change: Partial<SessionView>): void => {
    revision += 1
    control.show({ ...waitingSession, ...change, revision })
  }
}

test('encode asks for the card and ends with the truth about it', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const { fake, ended } = begin([
    'encode',
    accessMethodId,
    '--data',
    control.dataDir,
    '--encoder',
    'Front Desk',
  ])
  show({})
  await expect.poll(() => fake.written.out).toBe('Place the card on Front Desk.\n')
  show({ state: 'ended', ending: encoded })
  expect(await ended).toBe(0)
  expect(fake.written.out).toBe(
    'Place the card on Front Desk.\n' +
      'Encoded: what was written was read back from the card. Hand it out.\n' +
      '  Card:  04AABBCC (mifare-classic-1k)\n',
  )
  expect(control.calls).toEqual([
    {
      encode: {
        accessMethodId,
        encoderId: frontDesk.encoderId,
        purpose: 'new',
        copies: 1,
        isConfirmed: false,
        orderedBy: 'the control token',
      },
    },
  ])
})

test('with --json encode prints one document, and the prompt goes to standard error', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const { fake, ended } = begin(['encode', accessMethodId, '--data', control.dataDir, '--json'])
  show({})
  await expect.poll(() => fake.written.err).toContain('Place the card on Front Desk.')
  show({ state: 'ended', ending: encoded })
  expect(await ended).toBe(0)
  expect(SessionBody.parse(JSON.parse(fake.written.out)).ending).toEqual({
    kind: 'encoded',
    card_uid: '04AABBCC',
    technology,
    proof: 'read_back',
    keys: null,
  })
})

test('a terminal shows a bar while the card is written, a pipe does not', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const tty = begin(
    ['encode', accessMethodId, '--data', control.dataDir],
    createFakeTerminal({ isTTY: true }),
  )
  const pipe = begin(['encode', accessMethodId, '--data', control.dataDir])
  show({ state: 'writing', progress: { done: 1, total: 3 }, prompt: 'Leave the card.' })
  await expect.poll(() => tty.fake.written.out).toContain('1/3 blocks')
  await expect.poll(() => pipe.fake.written.out).toContain('Leave the card.')
  show({ state: 'ended', ending: encoded })
  await Promise.all([tty.ended, pipe.ended])
  expect(pipe.fake.written.out).not.toContain('blocks')
})

test.each([
  ['untouched', 'card_timeout', 5, 'Not encoded: nothing was written to a card.'],
  ['untouched', 'device_lost', 4, 'Not encoded: nothing was written to a card.'],
  ['untouched', 'order_cancelled', 7, 'Not encoded: nothing was written to a card.'],
  ['untouched', 'order_expired', 7, 'Not encoded: nothing was written to a card.'],
  [
    'spoiled',
    'device_lost',
    5,
    'Not encoded: the card 04AABBCC is incomplete. Encode it again or throw it away.',
  ],
  [
    'unknown',
    'outcome_unknown',
    8,
    'Unknown: nobody can say what the card 04AABBCC holds. Don’t hand it out.',
  ],
] as const)(
  'an ending %s by %s exits %i with cause, owner and next step',
  async (kind, code, exit, headline) => {
    await using control = await openControl()
    const show = createStory(control)
    const { fake, ended } = begin(['encode', accessMethodId, '--data', control.dataDir])
    show({ state: 'ended', ending: { kind, code, detail: null, uid } })
    expect(await ended).toBe(exit)
    const { facts, message } = new BridgeError(code)
    expect(fake.written.out).toContain(headline)
    expect(fake.written.out).toContain(`${message} (${code})`)
    expect(fake.written.out).toContain('Whose to fix:')
    expect(fake.written.out).toContain(facts.nextStep)
  },
)

test('scan shows what the card holds and how it stands to Seam', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const { fake, ended } = begin(['scan', '--data', control.dataDir])
  show({
    kind: 'scan',
    state: 'ended',
    ending: {
      kind: 'scanned',
      uid,
      technology,
      cardNumber: '4711',
      record: {
        credentialId: '44444444-4444-4444-8444-444444444444',
        cardNumber: '4711',
        startsAt: '2026-11-23T10:00:00.000Z',
        endsAt: null,
      },
      remark: null,
      comparison: { kind: 'outOfSync', properties: ['starts_at', 'ends_at'] },
    },
  })
  expect(await ended).toBe(0)
  expect(fake.written.out).toBe(
    [
      'Scanned.',
      '  Card:         04AABBCC (mifare-classic-1k)',
      '  Credential:   44444444-4444-4444-8444-444444444444',
      '  Card number:  4711',
      '  Valid:        2026-11-23T10:00:00.000Z to no end',
      '  In Seam:      differs in starts_at, ends_at',
      '',
    ].join('\n'),
  )
})

test('the first Ctrl-C asks the daemon to cancel and waits for the truth', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const { fake, ended } = begin(['encode', accessMethodId, '--data', control.dataDir])
  show({})
  await expect.poll(() => fake.written.out).toContain('Place the card')
  fake.interrupt()
  await expect.poll(() => control.calls).toContainEqual({ cancel: 'order-1' })
  show({ state: 'ended', ending: encoded })
  expect(await ended).toBe(0)
  expect(fake.written.out).toContain('Encoded: what was written was read back')
})

test('the second Ctrl-C leaves and says that the outcome is unknown', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const { fake, ended } = begin(['encode', accessMethodId, '--data', control.dataDir])
  show({ state: 'writing' })
  await expect.poll(() => fake.written.out).toContain('Place the card')
  fake.interrupt()
  fake.interrupt()
  expect(await ended).toBe(8)
  expect(fake.written.err).toContain('(outcome_unknown)')
})

test.each([
  [true, 'confirm'],
  [false, 'cancel'],
  [null, 'cancel'],
])('a question is put to the clerk: the answer %j asks the daemon to %s', async (answer, verb) => {
  await using control = await openControl()
  const show = createStory(control)
  const fake = createFakeTerminal({ isTTY: true })
  fake.state.answer = answer
  const { ended } = begin(['encode', accessMethodId, '--data', control.dataDir], fake)
  show({ state: 'awaitingConfirmation', prompt: 'Overwrite?' })
  await expect.poll(() => control.calls).toContainEqual(expect.objectContaining({ [verb]: 'order-1' }))
  show({ state: 'ended', ending: encoded })
  await ended
  expect(fake.questions).toEqual(['Overwrite?'])
})

test('a question shows a terminal no control character of what a hub or a lock system has said', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const fake = createFakeTerminal({ isTTY: true })
  fake.state.answer = true
  const { ended } = begin(['encode', accessMethodId, '--data', control.dataDir], fake)
  show({ state: 'awaitingConfirmation', prompt: 'Overwrite\u001b[2K the card of \u202e101?' })
  await expect.poll(() => fake.questions).toEqual(['Overwrite\uFFFD[2K the card of \uFFFD101?'])
  show({ state: 'ended', ending: encoded })
  await ended
})

test('--confirm answers yes without asking', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const fake = createFakeTerminal({ isTTY: true })
  fake.state.answer = false
  const { ended } = begin(['encode', accessMethodId, '--confirm', '--data', control.dataDir], fake)
  show({ state: 'awaitingConfirmation', prompt: 'Overwrite?' })
  await expect.poll(() => control.calls).toContainEqual(expect.objectContaining({ confirm: 'order-1' }))
  show({ state: 'ended', ending: encoded })
  expect(await ended).toBe(0)
  expect(fake.questions).toEqual([])
  expect(control.calls).toContainEqual({
    encode: {
      accessMethodId,
      encoderId: frontDesk.encoderId,
      purpose: 'new',
      copies: 1,
      isConfirmed: true,
      orderedBy: 'the control token',
    },
  })
})

test('without a terminal and without --confirm a question is shown and nobody answers it', async () => {
  await using control = await openControl()
  const show = createStory(control)
  const { fake, ended } = begin(['encode', accessMethodId, '--data', control.dataDir])
  show({ state: 'awaitingConfirmation', prompt: 'Overwrite?' })
  await expect.poll(() => fake.written.out).toBe('Overwrite?\n')
  show({ state: 'ended', ending: encoded })
  await ended
  expect(control.calls).toHaveLength(1)
})

test('an encode at an encoder that nobody has is refused with 2', async () => {
  await using control = await openControl()
  const { code, err } = await runCommand(['scan', '--data', control.dataDir, '--encoder', 'Lobby'])
  expect(code).toBe(2)
  expect(err).toContain('(encoder_unknown)')
})

test.each([['encode', accessMethodId], ['scan'], ['status'], ['audit']])(
  '%s without a daemon says so, with the next step, and exits 3',
  async (...argv) => {
    using dir = openDir()
    const { code, err } = await runCommand([...argv, '--data', dir.path])
    expect(code).toBe(3)
    expect(err).toContain(`No daemon runs on ${dir.path}. (daemon_unreachable)`)
    expect(err).toContain('encoder-bridge run')
  },
)

test('a session goes on when the daemon comes back from a crash, at another port', async () => {
  await using first = await openControl()
  const show = createStory(first)
  const { fake, ended } = begin(['encode', accessMethodId, '--data', first.dataDir])
  show({ state: 'writing' })
  await expect.poll(() => fake.written.out).toContain('Place the card')
  await first.close()
  await using second = await openControl(0, first.dataDir)
  second.show({ ...waitingSession, revision: 1, state: 'ended', ending: encoded })
  expect(await ended).toBe(0)
})
