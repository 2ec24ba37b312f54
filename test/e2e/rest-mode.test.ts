import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAssigningSeam } from '../support/assigning-seam.ts'
import { runCommand } from '../support/command.ts'
import { startRestDesk } from '../support/rest-desk.ts'
import { openSite, poll, type Site } from '../support/site.ts'
import { testUnless } from '../support/skip.ts'

const isWindows = process.platform === 'win32'
const testOnPty = testUnless(isWindows ? 'encoders on PTYs: Windows has no pseudoterminals' : null)
const testWithModes = testUnless(isWindows ? 'readable by others: Windows has no modes of files' : null)

/** The serial frame of an EM4100 badge, and the number that it is known by: its 40 bits. */
const badge = { do: 'present', technology: 'em4100', data: '0F0368568B' }
const NUMBER = String(0x0f0368568b)

// What a test reads of an answer, it names where it expects it.
// oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes
type Json = any

/** The badge becomes one of a guest's, as Seam knows cards that are known by their number. */
const registerBadge = async (site: Site): Promise<string> => {
  const daemon = site.startDaemon()
  await daemon.ready
  const acs_encoder_id = await site.encoderId('Desk')
  const identity = await site.seam.userIdentities.create({ full_name: 'Ada Guest' })
  const { user_identity_id } = identity
  const begun: Json = await site.post('/acs/encoders/scan_to_assign_credential', {
    acs_encoder_id,
    user_identity_id,
  })
  await poll(async () => {
    const { sessions }: Json = await site.control('/v1/sessions')
    return sessions.some((session: Json) => session.state === 'waiting_for_card') ? true : null
  })
  await site.emulator.ask(badge)
  const { action_attempt_id } = begun.action_attempt
  await poll(async () => {
    const { action_attempt }: Json = await site.post('/action_attempts/get', { action_attempt_id })
    return action_attempt.status === 'pending' ? null : action_attempt
  })
  await daemon.stop()
  return user_identity_id
}

testOnPty(
  'a badge that is shown to a serial scanner is assigned in Seam itself, by a desk without a hub',
  async () => {
    await using site = await openSite({ devices: [{ driver: 'serial-scanner', name: 'Desk', hosted: [] }] })
    const user_identity_id = await registerBadge(site)
    const entrances: Json = await site.post('/acs/entrances/list', {})
    const [door] = entrances.acs_entrances
    await site.post('/acs/systems/simulate/card_issuing', {
      acs_system_id: door.acs_system_id,
      card_issuing: 'assignment',
    })
    const created: Json = await site.post('/access_grants/create', {
      user_identity_id,
      reservation_key: 'R-4711',
      acs_entrance_ids: [door.acs_entrance_id],
      requested_access_methods: [{ mode: 'card' }],
    })
    const [access_method_id] = created.access_grant.access_method_ids

    await using desk = await startRestDesk(site, {
      driver: 'serial-scanner',
      name: 'Desk',
      path: site.ptyLink,
    })
    const item = await poll(async () => {
      const { items }: Json = await desk.control('/v1/work')
      return items.find((one: Json) => one.access_method_id === access_method_id) ?? null
    })
    expect(item).toMatchObject({ action: 'assign', reservation_key: 'R-4711', is_reissue: false })
    const status = await desk.control('/v1/status')
    expect(status.link).toMatchObject({ state: 'connected', transport: 'rest', hub_endpoint: site.endpoint })

    const { order_id } = await desk.control('/v1/assigns', { access_method_id, encoder: 'Desk' })
    await poll(async () => {
      const { state } = await desk.control(`/v1/sessions/${order_id}`)
      return state === 'waiting_for_card' ? true : null
    })
    await site.emulator.ask(badge)
    const ended = await poll(async () => {
      const session = await desk.control(`/v1/sessions/${order_id}`)
      return session.state === 'ended' ? session : null
    })
    expect(ended).toMatchObject({
      kind: 'assign',
      prompt: `The card ${NUMBER} is assigned. Hand it out.`,
      ending: { kind: 'assigned', card_number: NUMBER },
    })
    const method: Json = await site.post('/access_methods/get', { access_method_id })
    expect(method.access_method).toMatchObject({
      is_issued: true,
      is_assignment_required: false,
      is_ready_for_assignment: false,
    })
    await poll(async () => {
      const { items }: Json = await desk.control('/v1/work')
      return items.some((one: Json) => one.access_method_id === access_method_id) ? null : true
    })

    const refused = await desk.control('/v1/encodes', { access_method_id, encoder: 'Desk' })
    expect(refused.error).toMatchObject({ code: 'not_supported' })
    const doctor = await desk.control('/v1/doctor')
    expect(doctor.checks).toContainEqual(expect.objectContaining({ name: 'seam-key', status: 'warning' }))
    expect(desk.daemon.output()).not.toContain(site.apiKey)
  },
  60_000,
)

test('an encoder that Seam reaches itself encodes and scans for a desk without a hub, in the same queue', async () => {
  await using site = await openSite({ devices: [{ driver: 'virtual', name: 'Elsewhere' }] })
  const elsewhere = site.startDaemon()
  await elsewhere.ready
  const address = await site.encoderId('Elsewhere')
  const access_method_id = await site.newAccessMethod()

  await using desk = await startRestDesk(site, {
    driver: 'seam-remote',
    name: 'Seam',
    path: site.endpoint,
    secretFile: join(site.folder, 'seam-key'),
    encoders: [{ name: 'Back Office', address }],
  })
  const item = await poll(async () => {
    const { items }: Json = await desk.control('/v1/work')
    return items.find((one: Json) => one.access_method_id === access_method_id) ?? null
  })
  expect(item).toMatchObject({ action: 'encode' })
  const ending = async ({ order_id, ...refused }: Json): Promise<Json> => {
    expect(refused).toEqual({})
    return poll(async () => {
      const session = await desk.control(`/v1/sessions/${order_id}`)
      return session.state === 'ended' ? session.ending : null
    })
  }
  const encode = async (): Promise<Json> =>
    desk.control('/v1/encodes', { access_method_id, encoder: 'Back Office' })
  const ordered = await encode()
  await poll(async () => {
    const { sessions }: Json = await site.control('/v1/sessions')
    return sessions.some((session: Json) => session.state === 'waiting_for_card') ? true : null
  })
  const card = { encoder: 'Elsewhere', type: 'ntag213', uid: '04112233445580' }
  expect(await site.control('/v1/virtual/cards/place', card)).not.toHaveProperty('error')
  expect(await ending(ordered)).toMatchObject({ kind: 'encoded', proof: 'confirmed' })
  const method: Json = await site.post('/access_methods/get', { access_method_id })
  expect(method.access_method).toMatchObject({ is_issued: true, is_encoding_required: false })
  expect((await encode()).error).toMatchObject({ code: 'credential_cannot_be_reissued' })

  const audit = await runCommand(['audit', '--data', desk.dataDir])
  const lines = audit.stdout
    .trim()
    .split('\n')
    .map((line): Json => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({ order_id: ordered.order_id, ordered_by: 'the control token' }),
  )

  const scanned = await desk.control('/v1/scans', { encoder: 'Back Office' })
  expect(await ending(scanned)).toMatchObject({
    kind: 'scanned',
    comparison: { kind: 'same' },
  })

  const { user_identity_id } = await site.seam.userIdentities.create({ full_name: 'Bea Guest' })
  await site.control('/v1/virtual/cards/remove', { encoder: 'Elsewhere' })
  await site.control('/v1/virtual/cards/place', { ...card, uid: '04998877665580' })
  const given = await desk.control('/v1/scans', { encoder: 'Back Office', user_identity_id })
  const number = String(0x04998877665580)
  expect(await ending(given)).toMatchObject({ kind: 'scanned', card_number: number })
  // Seam knows the card by now, and as hers: it can be given to her access methods.
  const known: Json = await site.post('/acs/credentials/list', { user_identity_id })
  expect(known.acs_credentials).toMatchObject([{ card_number: number }])
}, 60_000)

test('an access system that takes it is told that the encoder of a desk is there', async () => {
  await using seam = await openAssigningSeam()
  const acsSystemId = '1f0e8a4c-6c7b-4f0e-9c55-0a5d3c9b7e10'
  const scanner = { driver: 'virtual-scanner', name: 'Lobby' }
  const reportDevices = { acsSystemId, encoders: [{ name: 'Lobby', number: '3' }] }
  await using desk = await startRestDesk(seam, scanner, { reportDevices })
  const told = await poll(() =>
    Promise.resolve(seam.asked.find(({ path }) => path === '/acs/systems/report_devices') ?? null),
  )
  expect(told.body).toEqual({
    acs_system_id: acsSystemId,
    acs_encoders: [{ is_removed: false, hotek_metadata: { encoder_number: '3' } }],
  })
  await poll(() => Promise.resolve(desk.daemon.output().includes('Seam was told') ? true : null))
}, 30_000)

testWithModes(
  'a key that others on this computer can read starts nothing',
  async () => {
    await using site = await openSite({ devices: [] })
    await using desk = await startRestDesk(site, { driver: 'virtual-scanner', name: 'Desk' })
    await desk.daemon.stop()
    chmodSync(desk.apiKeyFile, 0o644)
    const { code, stderr } = await runCommand(['run', '--data', desk.dataDir, '--config', desk.config])
    expect(code).not.toBe(0)
    expect(stderr).toContain('can be read by others')
    expect(stderr).not.toContain(site.apiKey)
  },
  30_000,
)
