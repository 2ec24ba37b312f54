import { BridgeError } from 'encoder-bridge/driver'
import { describe, expect, it, test } from 'vitest'
import type { Order, StaySubject } from '../../src/contract/order.ts'
import type { KeyReading } from '../../src/contract/key-system.ts'
import { readingText } from '../../src/sessions/key-reading.ts'
import { guestKey, openLockDesk, type LockDesk, type LockDeskOptions } from './lock-desk.ts'

const stayOf = (stay: StaySubject): Pick<Order, 'kind'> & Partial<Order> => ({
  kind: 'stay',
  origin: 'desk',
  stay,
})
const checkOut = stayOf({ kind: 'checkOut', room: '101' })
const nobody = { acsUserId: null, userIdentityId: null }
const assign = { kind: 'scan_to_assign', assignTo: nobody } as const

describe('an order about a stay', () => {
  test.each<[StaySubject, string, unknown]>([
    [{ kind: 'checkOut', room: '101' }, 'checkOut', { room: '101' }],
    [
      { kind: 'moveStay', room: '101', newRoom: '102', endsAt: '2026-11-26T11:00:00Z' },
      'moveStay',
      { room: '101', newRoom: '102', endsAt: { year: 2026, month: 11, day: 26, hour: 12, minute: 0 } },
    ],
    [
      { kind: 'moveStay', room: '101', newRoom: '101', endsAt: null },
      'moveStay',
      { room: '101', newRoom: '101', endsAt: null },
    ],
    [{ kind: 'cancelTask' }, 'cancelTask', null],
  ])('is given once and carried out: %j', async (stay, name, order) => {
    await using desk = await openLockDesk()
    const orderId = desk.ask(stayOf(stay))
    expect(await desk.ending(orderId)).toEqual({ kind: 'carriedOut', remark: null })
    expect(desk.system.heard).toEqual([{ encoder: '1', name, order }])
    expect(desk.journal.entry(orderId)).toMatchObject({ phase: 'ended', intent: { kind: 'key', made: 0 } })
    // A desk's own order reports to nobody.
    expect(desk.journal.waiting(10)).toEqual([])
    expect([...desk.journal.audit()].at(-1)).toMatchObject({ outcome: 'carriedOut' })
  })

  it('tells of minutes that were cut off', async () => {
    await using desk = await openLockDesk({ keys: { timeStep: 'hour' } })
    const move = { kind: 'moveStay', room: '101', newRoom: '102', endsAt: '2026-11-26T10:45:00Z' } as const
    expect(await desk.ending(desk.ask(stayOf(move)))).toEqual({
      kind: 'carriedOut',
      remark: 'The lock system keeps whole hours: the stay ends at 2026-11-26 11:00.',
    })
  })

  test.each<[StaySubject, LockDeskOptions['keys']]>([
    [{ kind: 'checkOut', room: '101' }, { checksOut: false }],
    [{ kind: 'moveStay', room: '101', newRoom: '102', endsAt: null }, { movesStays: false }],
    [{ kind: 'cancelTask' }, { cancelsTasks: false }],
  ])('is refused by a system that has no such command: %j', async (stay, keys = {}) => {
    await using desk = await openLockDesk({ keys })
    expect(await desk.ending(desk.ask(stayOf(stay)))).toMatchObject({
      kind: 'untouched',
      code: 'not_supported',
    })
    expect(desk.system.heard).toEqual([])
  })

  it('is refused for an encoder that belongs to no lock system', async () => {
    await using desk = await openLockDesk()
    const orderId = desk.ask({ ...checkOut, encoderIds: [desk.otherId] })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'not_supported' })
  })

  it('that the system refuses has changed nothing', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'refuse', code: 'room_unknown' })
    const orderId = desk.ask(checkOut)
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'room_unknown' })
    expect(desk.sessions.view(orderId)?.prompt).toContain('Nothing has changed.')
  })

  it('without an answer is unknown at once: no card can be read for it', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'actSilently' })
    const orderId = desk.ask(checkOut)
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      ending: { kind: 'unknown', code: 'outcome_unknown', detail: 'No answer came.' },
      prompt:
        'No answer came. Nobody can say whether it was done: look it up in the lock system before you order again.',
    })
    expect(desk.system.readings).toBe(0)
  })

  it('is never given again after a crash', async () => {
    await using before = await openLockDesk()
    before.system.next({ does: 'wait' })
    const orderId = before.ask(checkOut)
    await before.settled()
    await using after = await before.restart()
    await after.settled()
    expect(after.sessions.view(orderId)?.ending).toMatchObject({ kind: 'unknown', code: 'outcome_unknown' })
    expect(after.system.heard).toHaveLength(1)
  })

  it('that was confirmed before a crash ends as carried out', async () => {
    await using before = await openLockDesk({
      journalOf: (journal) => ({
        ...journal,
        end: () => {
          throw new BridgeError('data_unwritable')
        },
      }),
    })
    const orderId = before.ask(checkOut)
    await before.settled()
    expect(before.journal.entry(orderId)?.phase).toBe('verified')
    await using after = await before.restart({ journalOf: (journal) => journal })
    expect(await after.ending(orderId)).toEqual({ kind: 'carriedOut', remark: null })
  })
})

describe('a card that Seam is to give to somebody', () => {
  it('is scanned by Seam, once, and told as it compares', async () => {
    await using desk = await openLockDesk()
    const orderId = desk.ask(assign)
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'scanned',
      cardNumber: '4711',
      comparison: { kind: 'same' },
      remark: 'Seam read the card: it bears the number 4711.',
    })
    expect(desk.system.heard).toEqual([{ encoder: '1', name: 'scanToAssign', order: nobody }])
  })

  it('is in doubt when no answer comes', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'actSilently' })
    const orderId = desk.ask(assign)
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      ending: { kind: 'unknown', code: 'outcome_unknown' },
      prompt: expect.stringContaining('look it up in Seam') as string,
    })
  })

  it('is never scanned again after a crash', async () => {
    await using before = await openLockDesk()
    before.system.next({ does: 'wait' })
    const orderId = before.ask(assign)
    await before.settled()
    await using after = await before.restart()
    await after.settled()
    expect(after.sessions.view(orderId)?.ending).toMatchObject({ kind: 'unknown' })
    expect(after.system.heard).toHaveLength(1)
  })

  it.each<[string, LockDeskOptions['keys'], Partial<Order>]>([
    ['a system that gives none to anybody', { assigns: false }, {}],
    ['an order that only the hub knows the owner of', {}, { assignTo: null }],
  ])('is an ordinary scan for %s', async (_, keys = {}, change) => {
    await using desk = await openLockDesk({ keys })
    desk.system.place('1', guestKey())
    expect(await desk.ending(desk.ask({ ...assign, ...change }))).toMatchObject({
      kind: 'scanned',
      uid: '04A1B2C3',
      comparison: { kind: 'nothing' },
    })
    expect(desk.system.heard).toEqual([])
  })
})

describe('a scan by a lock system', () => {
  const scan = (desk: LockDesk) => desk.ask({ kind: 'scan' })

  test.each<[KeyReading, string]>([
    [guestKey(), 'A guest key of room 101, valid until 2026-11-25 12:00, original.'],
    [
      guestKey({ rooms: ['101', '102'], authorisations: ['pool', 'gym'], copy: 'copy 2' }),
      'A guest key of room 101 and 102 with authorisation pool and gym, valid until 2026-11-25 12:00, copy 2.',
    ],
    [
      guestKey({ isValid: false, copy: null }),
      'A guest key of room 101, no longer valid, with the end 2026-11-25 12:00.',
    ],
    [guestKey({ rooms: ['1', '2', '3'], endsAt: null, copy: null }), 'A guest key of room 1, 2 and 3.'],
    [{ kind: 'staff' }, 'A key of a member of the staff.'],
    [{ kind: 'spare' }, 'A spare key.'],
    [{ kind: 'expired' }, 'A guest key that is no longer valid.'],
    [{ kind: 'foreign' }, 'A card that the lock system does not know: it is blank, or of another system.'],
    [{ kind: 'diagnostic' }, 'A diagnostic card of the lock system.'],
    [{ kind: 'credential', cardNumber: null, comparison: { kind: 'nothing' } }, 'Seam read the card.'],
  ])('is told in people’s words: %j', (reading, text) => {
    expect(readingText(reading)).toBe(text)
  })

  it('has no record, and names the card where its serial number is an identifier', async () => {
    await using desk = await openLockDesk()
    desk.system.place('1', guestKey({ serialNumber: '04A1B2C3D4E580' }))
    expect(await desk.ending(scan(desk))).toEqual({
      kind: 'scanned',
      uid: '04A1B2C3D4E580',
      technology: 'unknown',
      cardNumber: null,
      record: null,
      remark: 'A guest key of room 101, valid until 2026-11-25 12:00, original.',
      comparison: { kind: 'nothing' },
    })
    desk.system.place('1', guestKey({ serialNumber: '17' }))
    expect(await desk.ending(scan(desk))).toMatchObject({ uid: null })
  })

  it('of a credential carries Seam’s own comparison', async () => {
    await using desk = await openLockDesk()
    const comparison = { kind: 'outOfSync', properties: ['ends_at'] } as const
    desk.system.place('1', {
      kind: 'credential',
      cardNumber: '4711',
      comparison: { ...comparison, properties: ['ends_at'] },
    })
    expect(await desk.ending(scan(desk))).toMatchObject({ cardNumber: '4711', comparison })
  })

  it('asks for the key, and waits while the system makes another one', async () => {
    await using desk = await openLockDesk()
    desk.system.place('1', 'key_encoder_busy')
    const orderId = scan(desk)
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      state: 'waitingForCard',
      prompt: expect.stringContaining('busy with another key') as string,
    })
    desk.system.place('1', guestKey())
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'scanned' })
  })

  it('without a card ends as the system says', async () => {
    await using desk = await openLockDesk()
    expect(await desk.ending(scan(desk))).toMatchObject({ kind: 'untouched', code: 'card_timeout' })
  })

  it('is refused where it reads no keys', async () => {
    await using desk = await openLockDesk({ keys: { reads: false } })
    expect(await desk.ending(scan(desk))).toMatchObject({
      kind: 'untouched',
      code: 'not_supported',
      detail: 'This lock system can’t read keys.',
    })
    expect(desk.system.readings).toBe(0)
  })
})
