import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import type { DeliverableGrant, DeliverableMethod, WorkItem } from '../../src/contract/desk-work.ts'
import { createFakeRuntime, createFakeTerminal, openDir, runCommand } from '../support/command-line.ts'
import { testUnless } from '../support/skip.ts'
import { accessMethodId, frontDesk, openControl, waitingSession } from '../support/fake-control-ports.ts'

const onPosix = testUnless(
  process.platform === 'win32' ? 'mode of the bundle: Windows has no such modes' : null,
)

const method: DeliverableMethod = {
  accessMethodId,
  mode: 'code',
  displayName: 'PIN',
  isIssued: true,
  issuedAt: '2026-11-23T10:00:00.000Z',
  isEncodingRequired: false,
  isAssignmentRequired: false,
  secrets: ['code'],
  remarks: [],
}
const grantId = '55555555-5555-4555-8555-555555555555'
const grant = (...methods: readonly Partial<DeliverableMethod>[]): DeliverableGrant => ({
  accessGrantId: grantId,
  displayName: 'Room 101',
  reservationKey: 'R-7',
  doors: ['101', 'Lobby'],
  startsAt: '2026-11-23T14:00:00.000Z',
  endsAt: '2026-11-25T10:00:00.000Z',
  timeZone: 'Europe/Vienna',
  methods: methods.map((one) => ({ ...method, ...one })),
})

test('deliver shows what the guide shows for each mode, and no secret', async () => {
  await using control = await openControl()
  control.state.grants = [
    grant(
      {},
      { mode: 'card', secrets: [] },
      { mode: 'card', secrets: [], isIssued: false, isEncodingRequired: true },
      { mode: 'card', secrets: [], isIssued: true, isEncodingRequired: true },
      { mode: 'mobile_key', secrets: ['instantKeyUrl', 'clientSessionToken'] },
      { mode: 'cloud_key', secrets: [] },
      {
        secrets: [],
        isIssued: false,
        remarks: [{ kind: 'warning', code: 'delay_in_issuing', message: 'It takes longer than usual.' }],
      },
    ),
  ]
  const { code, out } = await runCommand(['deliver', 'R-7', '--data', control.dataDir])
  expect(code).toBe(0)
  expect(out).toBe(`Room 101 (reservation R-7)
  Doors:  101, Lobby
  Valid:  2026-11-23T14:00:00.000Z to 2026-11-25T10:00:00.000Z (Europe/Vienna)
  PIN code: issued: tell the guest
    PIN code:  •••••• (--reveal)
  Card: issued: the card may be handed out
  Card: to be encoded: encoder-bridge encode ${accessMethodId}
  Card: to be encoded again: encoder-bridge encode ${accessMethodId}
  Mobile key: issued: give the guest the link; it may open only once, so don’t open it yourself
    Instant Key:    •••••• (--reveal)
    Session token:  •••••• (--reveal)
  Cloud key: issued: nothing to hand over, the guest’s app opens the door
  PIN code: not issued yet: nothing to hand over
    warning: It takes longer than usual. (delay_in_issuing)
`)
  expect(control.calls).toEqual([{ grants: { reservationKey: 'R-7' } }])
})

test('deliver finds a grant by the id of one of its access methods too', async () => {
  await using control = await openControl()
  const { code, err } = await runCommand(['deliver', accessMethodId, '--data', control.dataDir])
  expect(code).toBe(2)
  expect(err).toContain(`“${accessMethodId}” is no access grant, access method or reservation here.`)
  expect(control.calls).toEqual([
    { grants: { accessGrantId: accessMethodId } },
    { grants: { accessMethodId } },
    { grants: { reservationKey: accessMethodId } },
  ])
})

test('deliver --reveal tells the secrets that there are, and asks for no other one', async () => {
  await using control = await openControl()
  control.state.grants = [grant({}, { accessMethodId: grantId, secrets: [], isIssued: false })]
  const { out } = await runCommand(['deliver', 'R-7', '--reveal', '--json', '--data', control.dataDir])
  expect(JSON.parse(out)).toMatchObject({
    grants: [{ access_methods: [{ revealed: { code: 'the secret' } }, { revealed: {} }] }],
  })
  expect(control.calls.slice(1)).toEqual([{ reveal: accessMethodId, secret: 'code' }])
})

const item: WorkItem = {
  accessMethodId,
  accessGrantId: grantId,
  action: 'encode',
  reservationKey: 'R-7',
  doors: [{ acsEntranceId: 'd1', displayName: 'Room 101' }],
  startsAt: '2026-11-23T14:00:00.000Z',
  endsAt: null,
  timeZone: 'Europe/Vienna',
  isReissue: true,
}
const line = 'R-7 · Room 101 · 2026-11-23T14:00:00.000Z no end · again: its times have changed'

test('encode without an access method has the clerk choose among the cards that wait', async () => {
  await using control = await openControl()
  control.state.work = { items: [item, { ...item, reservationKey: null }], asOf: null, error: null }
  const fake = createFakeTerminal({ isTTY: true })
  fake.state.choice = 0
  const ended = runCli(['encode', '--data', control.dataDir], createFakeRuntime().runtime, fake.terminal)
  const ending = { kind: 'untouched', code: 'card_timeout', detail: null, uid: null } as const
  control.show({ ...waitingSession, state: 'ended', ending })
  expect(await ended).toBe(5)
  expect(fake.questions.slice(0, 2)).toEqual(['Which card?', line])
  expect(control.calls).toContainEqual({
    encode: {
      accessMethodId,
      encoderId: frontDesk.encoderId,
      purpose: 'new',
      copies: 1,
      isConfirmed: false,
      orderedBy: 'the control token',
    },
  })
})

test('encode without an access method has the card read that is known by its number', async () => {
  await using control = await openControl()
  control.state.work = { items: [item, { ...item, action: 'assign' }], asOf: null, error: null }
  const fake = createFakeTerminal({ isTTY: true })
  fake.state.choice = 1
  const ended = runCli(['encode', '--data', control.dataDir], createFakeRuntime().runtime, fake.terminal)
  const ending = { kind: 'untouched', code: 'card_timeout', detail: null, uid: null } as const
  control.show({ ...waitingSession, kind: 'assign', state: 'ended', ending })
  expect(await ended).toBe(5)
  expect(control.calls).toEqual(['refreshWork', { assign: accessMethodId, encoderId: frontDesk.encoderId }])
})

test.each([
  ['nothing waits', 0, [], 2, 'No card waits to be made here.'],
  ['nobody chooses', null, [item], 7, 'Stopped.'],
] as const)('encode orders nothing when %s', async (_, choice, items, exit, told) => {
  await using control = await openControl()
  control.state.work = { items, asOf: null, error: null }
  const fake = createFakeTerminal({ isTTY: true })
  fake.state.choice = choice
  const { code, err } = await runCommand(['encode', '--data', control.dataDir], {}, fake)
  expect(code).toBe(exit)
  expect(err).toContain(told)
  expect(control.calls).toEqual(['refreshWork'])
})

test('status shows the cards that wait', async () => {
  await using control = await openControl()
  control.state.work = { items: [item], asOf: null, error: null }
  const { out } = await runCommand(['status', '--data', control.dataDir])
  expect(out).toContain(`Cards to make\n  ${line}\n`)
})

test('diagnose captures until the fault was shown, and saves the bundle', async () => {
  await using control = await openControl()
  control.upkeep.bundle = Uint8Array.of(1, 2, 3)
  const out = join(control.dataDir, 'b.zip')
  const fake = createFakeTerminal({ isTTY: true })
  fake.state.answer = true
  const argv = ['diagnose', '--out', out, '--data', control.dataDir]
  expect((await runCommand(argv, {}, fake)).out).toContain(`Saved: ${out}\n`)
  expect(control.calls).toEqual(['start capture', 'stop capture'])
  expect([...readFileSync(out)]).toEqual([1, 2, 3])
  expect((await runCommand(argv, {}, fake)).code).toBe(2)
})

onPosix('the bundle can be read by its owner alone', async () => {
  await using control = await openControl()
  const out = join(control.dataDir, 'b.zip')
  await runCommand(['diagnose', '--seconds', '1', '--out', out, '--data', control.dataDir])
  expect(statSync(out).mode & 0o777).toBe(0o600)
})

test('diagnose without a terminal wants to know for how long, and leaves no capture running', async () => {
  await using control = await openControl()
  const { code, err } = await runCommand(['diagnose', '--data', control.dataDir])
  expect(code).toBe(2)
  expect(err).toContain('--seconds')
  expect(control.upkeep.capture).toBeNull()
})

test('Ctrl-C ends the capture and saves what it has', async () => {
  await using control = await openControl()
  const out = join(control.dataDir, 'b.zip')
  const fake = createFakeTerminal()
  const argv = ['diagnose', '--seconds', '600', '--out', out, '--data', control.dataDir, '--json']
  const ended = runCli(argv, createFakeRuntime().runtime, fake.terminal)
  await expect.poll(() => fake.written.err).toContain('Show the fault now')
  fake.interrupt()
  expect(await ended).toBe(0)
  expect(JSON.parse(fake.written.out)).toEqual({ out, size_bytes: 0 })
  expect(control.calls).toEqual(['start capture', 'stop capture'])
})

const key = 'D3F7D3F7D3F7'

test('config path, show and check tell of the file without its keys', async () => {
  using dir = openDir()
  const file = join(dir.path, 'config.yaml')
  writeFileSync(
    file,
    `devices: [{ driver: virtual, name: One }]
layouts:
  - name: ours
    technologies: [mifare-classic-1k]
    content: { kind: record, key: { value: ${key} } }
`,
  )
  const run = (...argv: string[]) => runCommand(['config', ...argv, '--data', dir.path])
  expect((await run('path')).out).toBe(`${file}\n`)
  const shown = await run('show')
  expect(shown.out).toContain('cardTimeoutSeconds: 60')
  expect(shown.out).toContain('[secret]')
  expect(shown.out).not.toContain(key)
  const checked = await run('check')
  expect(checked.out).toBe(`${file} is right: 1 devices.\n`)
  expect(checked.calls).toMatchObject([{ checkConfig: { devices: [{ name: 'One' }] } }])
  writeFileSync(file, 'devices: 1')
  expect((await run('check')).code).toBe(3)
})

test('config show draws nothing over what a terminal shows', async () => {
  using dir = openDir()
  const hostile = 'One\u009b2J\u202eowT'
  writeFileSync(join(dir.path, 'config.yaml'), `devices: [{ driver: virtual, name: "${hostile}" }]\n`)
  const { out } = await runCommand(['config', 'show', '--data', dir.path])
  expect(out).toContain('name: "One\ufffd2J\ufffdowT"\n')
  expect(out).not.toMatch(/[\u0080-\u009f\u202e]/)
})

test('config set changes the file where no daemon runs, and nothing that would not start', async () => {
  using dir = openDir()
  const file = join(dir.path, 'config.yaml')
  const set = (name: string, value: string) => runCommand(['config', 'set', name, value, '--data', dir.path])
  expect((await set('log.level', 'warn')).out).toBe('Saved: log.level.\n')
  expect(readFileSync(file, 'utf8')).toBe('log:\n  level: warn\n')
  await set('devices[0]', '{ driver: virtual, name: One }')
  await set('devices[0].name', 'Two')
  expect(readFileSync(file, 'utf8')).toBe(
    'log:\n  level: warn\ndevices:\n  - driver: virtual\n    name: Two\n',
  )
  await set('log', 'null')
  const before = readFileSync(file, 'utf8')
  expect(before).not.toContain('level')
  for (const [name, value] of [
    ['log.level', 'loud'],
    ['nosuch', '1'],
    ['devices[7].name', 'x'],
    ['log..level', 'warn'],
    ['log.level', '['],
    ['layouts[0].content.key.value', key],
  ] as const) {
    const { code, err } = await set(name, value)
    expect(code).toBe(2)
    expect(err).not.toContain(key)
  }
  expect(readFileSync(file, 'utf8')).toBe(before)
})

test('config set goes through the daemon where one runs, and says what wants a restart', async () => {
  await using control = await openControl()
  const { out } = await runCommand(['config', 'set', 'log.level', 'debug', '--data', control.dataDir])
  expect(control.calls).toEqual([{ replaceSettings: { log: { level: 'debug' } } }])
  expect(out).toBe('Saved: log.level.\nThe daemon uses it after a restart: devices.\n')
  expect(existsSync(join(control.dataDir, 'config.yaml'))).toBe(false)
})

test('config schema is the published one', async () => {
  const published = readFileSync(new URL('../../docs/configuration.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse((await runCommand(['config', 'schema'])).out)).toEqual(JSON.parse(published))
})

test('drivers are listed with what they are for', async () => {
  expect((await runCommand(['drivers'])).out).toBe('pn532  cards  serial  NXP PN532\n')
  expect(JSON.parse((await runCommand(['drivers', '--json'])).out)).toMatchObject({
    drivers: [{ id: 'pn532', kind: 'card', technologies: ['mifare-classic-1k'] }],
  })
})
