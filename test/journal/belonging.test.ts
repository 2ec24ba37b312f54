import { expect, test } from 'vitest'
import { freshJournal } from './fixtures.ts'

const pairing = {
  hubEndpoint: 'https://hub.example',
  bridgeId: 'b-1',
  acsSystemId: 's-1',
  token: 'a-secret-token',
  machine: ['mark-1', 'mark-2'],
}

test('a journal starts unpaired and without keys', () => {
  const { journal } = freshJournal()
  expect(journal.pairing()).toBeNull()
  expect(journal.siteKeys()).toBeNull()
})

test('the pairing is kept, replaced and forgotten; the trail never holds the token', () => {
  const fixture = freshJournal()
  fixture.journal.setPairing(pairing)
  expect(fixture.reopen().pairing()).toEqual(pairing)
  fixture.journal.setPairing({ ...pairing, bridgeId: 'b-2' })
  expect(fixture.reopen().pairing()).toEqual({ ...pairing, bridgeId: 'b-2' })
  fixture.journal.setPairing(null)
  expect(fixture.reopen().pairing()).toBeNull()
  const trail = [...fixture.journal.audit()]
  expect(trail.map((line) => [line.event, line.outcome])).toEqual([
    ['paired', 'b-1'],
    ['paired', 'b-2'],
    ['paired', 'unpaired'],
  ])
  expect(JSON.stringify(trail)).not.toContain(pairing.token)
})

test('site keys are kept by version, and a new set replaces the old one', () => {
  const fixture = freshJournal()
  const first = { current: 2, keys: new Map([1, 2].map((n) => [n, new Uint8Array(32).fill(n)])) }
  fixture.journal.setSiteKeys(first)
  expect(fixture.reopen().siteKeys()).toEqual(first)
  const second = { current: 255, keys: new Map([[255, new Uint8Array(32).fill(9)]]) }
  fixture.journal.setSiteKeys(second)
  expect(fixture.reopen().siteKeys()).toEqual(second)
})

test.each([
  ['a current version without its key', { current: 3, keys: new Map([[1, new Uint8Array(32)]]) }],
  ['a key that is not 32 bytes long', { current: 1, keys: new Map([[1, new Uint8Array(31)]]) }],
  ['a version beyond 255', { current: 256, keys: new Map([[256, new Uint8Array(32)]]) }],
])('%s is refused and the known keys stay', (_case, wrong) => {
  const { journal } = freshJournal()
  const right = { current: 1, keys: new Map([[1, new Uint8Array(32).fill(7)]]) }
  journal.setSiteKeys(right)
  expect(() => journal.setSiteKeys(wrong)).toThrow(expect.objectContaining({ code: 'internal_error' }))
  expect(journal.siteKeys()).toEqual(right)
})

test("an encoder's id is made at first sight and never changes", () => {
  const fixture = freshJournal()
  const first = fixture.journal.encoderIdOf('usb:067b:2303:A1')
  const second = fixture.journal.encoderIdOf('usb:067b:2303:B2')
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(second).not.toBe(first)
  expect(fixture.reopen().encoderIdOf('usb:067b:2303:A1')).toBe(first)
  expect(fixture.journal.encoderIdOf('usb:067b:2303:B2')).toBe(second)
})

test('the device of a name is kept, and bears the encoder id whatever it was known by before', () => {
  const fixture = freshJournal()
  expect(fixture.journal.identityAt('Front Desk')).toBeNull()
  expect(fixture.journal.knownEncoder('usb:067b:2303:A1')).toBeNull()
  const encoderId = fixture.journal.encoderIdOf('path:/dev/ttyUSB0')
  fixture.journal.setUpDevice({ name: 'Front Desk', identity: 'usb:067b:2303:A1', encoderId })
  const reopened = fixture.reopen()
  expect(reopened.identityAt('front desk')).toBe('usb:067b:2303:A1')
  expect(reopened.knownEncoder('usb:067b:2303:A1')).toBe(encoderId)
  expect(reopened.knownEncoder('path:/dev/ttyUSB0')).toBeNull()
})

test('a device that is set up in place of another one takes over its encoder id, and loses its own name', () => {
  const { journal } = freshJournal()
  const first = journal.encoderIdOf('usb:067b:2303:A1')
  const second = journal.encoderIdOf('usb:067b:2303:B2')
  journal.setUpDevice({ name: 'Front Desk', identity: 'usb:067b:2303:A1', encoderId: first })
  journal.setUpDevice({ name: 'Back Office', identity: 'usb:067b:2303:B2', encoderId: second })
  journal.setUpDevice({ name: 'Front Desk', identity: 'usb:067b:2303:B2', encoderId: first })
  expect(journal.identityAt('Front Desk')).toBe('usb:067b:2303:B2')
  expect(journal.identityAt('Back Office')).toBeNull()
  expect(journal.knownEncoder('usb:067b:2303:B2')).toBe(first)
  expect(journal.knownEncoder('usb:067b:2303:A1')).toBeNull()
})
