import { describe, expect, test } from 'vitest'
import { createConfiguredLayout } from '../../src/cards/layouts/configured.ts'
import { LayoutDefinition } from '../../src/contract/layout-definition.ts'
import { openDesk } from './desk.ts'

const layoutOf = (definition: unknown) =>
  createConfiguredLayout(LayoutDefinition.parse(definition), () => {
    throw new Error('no secret was expected')
  })
const em4100 = layoutOf({ name: 'badge', technologies: ['t5577'], content: { kind: 'em4100' } })
const uri = layoutOf({
  name: 'phone',
  technologies: ['ntag213'],
  content: { kind: 'ndefUri', uri: 'https://a.example/{card_number}' },
})

const cards = [
  ['mini', '01020304', 'mifare-classic-mini'],
  ['classic4k', '01020304', 'mifare-classic-4k'],
  ['ultralight', '04112233445566', 'mifare-ultralight'],
  ['mifare-ultralight-ev1-48', '04112233445566', 'mifare-ultralight-ev1-48'],
  ['ntag213', '04112233445566', 'ntag213'],
  ['ntag215', '04112233445566', 'ntag215'],
  ['ntag216', '04112233445566', 'ntag216'],
] as const

describe('an encode on', () => {
  test.each(cards)('%s is read back, and the card scans as the order', async (type, uid, technology) => {
    await using desk = await openDesk({ driver: 'virtual' })
    desk.emulators[0]?.placeCard({ type, uid })
    expect(await desk.ending(desk.order())).toEqual({
      kind: 'encoded',
      uid,
      technology,
      proof: 'readBack',
      keys: null,
    })
    expect(Math.max(...(desk.emulators[0]?.countWrites(uid) ?? []))).toBe(1)
    expect(await desk.ending(desk.scan())).toMatchObject({
      kind: 'scanned',
      uid,
      technology,
      cardNumber: '4711',
    })
  })

  test('a stripe has no identifier to tell, and scans as the order', async () => {
    await using desk = await openDesk({ driver: 'virtual' })
    desk.emulators[0]?.placeCard({ type: 'magstripe', uid: '01020304' })
    const ending = await desk.ending(desk.order())
    expect(ending).toEqual({
      kind: 'encoded',
      uid: null,
      technology: 'magstripe',
      proof: 'readBack',
      keys: null,
    })
    const dump = new TextDecoder().decode(desk.emulators[0]?.dumpCard('01020304'))
    expect(dump.split('\n')[1]).toBe('4711')
    expect(await desk.ending(desk.scan())).toMatchObject({ uid: null, record: { cardNumber: '4711' } })
  })

  test('a transponder makes it an EM4100, configuration last, and scans as its number', async () => {
    await using desk = await openDesk({ driver: 'virtual', layout: 'badge', layouts: [em4100] })
    desk.emulators[0]?.placeCard({ type: 't5577', uid: '01020304' })
    const first = await desk.ending(desk.order())
    expect(first).toMatchObject({ kind: 'encoded', uid: null, technology: 't5577' })
    // EM4100 of 0000001267, computed by hand with Proxmark3's rows: the configuration is the published word.
    const memory = Buffer.from(desk.emulators[0]?.dumpCard('01020304') ?? []).toString('hex')
    expect(memory.slice(0, 8)).toBe('00148040')
    expect(await desk.ending(desk.scan())).toMatchObject({
      kind: 'scanned',
      record: null,
      cardNumber: '4711',
    })
  })

  test('a tag with an address for phones writes the first page twice and no other, and is found right again', async () => {
    await using desk = await openDesk({ driver: 'virtual', layout: 'phone', layouts: [uri] })
    desk.emulators[0]?.placeCard({ type: 'ntag213', uid: '04112233445566' })
    const subject = { credentialId: '123e4567-e89b-42d3-a456-426614174000' }
    expect(await desk.ending(desk.order({}, subject))).toMatchObject({ kind: 'encoded', proof: 'readBack' })
    const writes = desk.emulators[0]?.countWrites('04112233445566') ?? []
    expect([writes[4], Math.max(...writes.slice(5))]).toEqual([2, 1])
    expect(await desk.ending(desk.order({}, subject))).toMatchObject({
      kind: 'encoded',
      proof: 'alreadyRight',
    })
  })
})

describe('a card that bears somebody’s number', () => {
  test('is not overwritten unasked', async () => {
    await using desk = await openDesk({ driver: 'virtual', layout: 'badge', layouts: [em4100] })
    desk.emulators[0]?.placeCard({ type: 't5577', uid: '01020304' })
    await desk.ending(desk.order())
    const second = desk.order({}, { cardNumber: '4712' })
    await desk.reaches(second, 'awaitingConfirmation')
    desk.sessions.cancel(second)
    expect(await desk.ending(second)).toMatchObject({ kind: 'untouched' })
    expect(await desk.ending(desk.scan())).toMatchObject({ cardNumber: '4711' })
  })
})

test('a badge that can be written is known by its number to an encoder that writes other cards', async () => {
  await using desk = await openDesk({ driver: 'virtual' })
  // 0F0368568B as an EM4100 (Proxmark3 doc/T5577_Guide.md): configuration, FF83C033, 22A646E4.
  const memory = Uint8Array.from(Buffer.from('00148040FF83C03322A646E4', 'hex'))
  desk.emulators[0]?.placeCard({ type: 't5577', uid: '01020304', memory })
  expect(await desk.ending(desk.scan())).toMatchObject({
    uid: null,
    technology: 't5577',
    cardNumber: String(0x0f0368568b),
  })
})

describe('a tag with a page that is locked for good', () => {
  const uid = '04112233445566'
  const late = layoutOf({ name: 'late', technologies: ['ntag213'], content: { kind: 'record', page: 24 } })

  /** A factory NTAG213 with these bytes in place of some (NTAG213/215/216 §8.5.2, §8.5.3). */
  const lockedAt = async (at: number, ...bytes: readonly number[]) => {
    await using maker = await openDesk({ driver: 'virtual' })
    maker.emulators[0]?.placeCard({ type: 'ntag213', uid })
    const memory = maker.emulators[0]?.dumpCard(uid) ?? new Uint8Array(0)
    memory.set(bytes, at)
    return memory
  }

  test.each([
    ['page 10 by the static lock bits', 'demo', 2 * 4 + 3, 0x04],
    ['pages 30 and 31 by the dynamic ones', 'late', 0x28 * 4, 0x80],
  ])('is refused untouched: %s', async (_, layout, at, byte) => {
    await using desk = await openDesk({ driver: 'virtual', layout, layouts: [late] })
    desk.emulators[0]?.placeCard({ type: 'ntag213', uid, memory: await lockedAt(at, byte) })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'card_incompatible' })
    expect(Math.max(...(desk.emulators[0]?.countWrites(uid) ?? [1]))).toBe(0)
  })

  test('is written where none of its pages is locked', async () => {
    await using desk = await openDesk({ driver: 'virtual', layout: 'late', layouts: [late] })
    desk.emulators[0]?.placeCard({ type: 'ntag213', uid, memory: await lockedAt(2 * 4 + 3, 0x04) })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded' })
  })
})

describe('a worn place', () => {
  test.each([
    ['ntag213', '04112233445566'],
    ['magstripe', '01020304'],
    ['classic1k', '01020304'],
  ] as const)('of a %s is found by the read-back', async (type, uid) => {
    await using desk = await openDesk({ driver: 'virtual' })
    desk.emulators[0]?.placeCard({ type, uid })
    desk.emulators[0]?.inject({ fault: 'flipWrittenBit' })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'spoiled', code: 'card_mismatch' })
  })
})

describe('a write to a card without an identifier that is cut short', () => {
  test('is unknown when the card that comes does not hold the order', async () => {
    await using desk = await openDesk({
      driver: 'virtual',
      layout: 'badge',
      layouts: [em4100],
      delays: { recoveryTimeout: 5000, returnTimeout: 50 },
    })
    desk.emulators[0]?.placeCard({ type: 't5577', uid: '01020304' })
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    const order = desk.order()
    await desk.reaches(order, 'waitingForReturn')
    await desk.crash()
    await using again = await desk.restart()
    await again.reaches(order, 'recovering')
    // Another one, as new as the first was.
    again.emulators[0]?.placeCard({ type: 't5577', uid: '05060708' })
    expect(await again.ending(order)).toMatchObject({ kind: 'unknown', code: 'outcome_unknown', uid: null })
    expect(Math.max(...(again.emulators[0]?.countWrites('05060708') ?? []))).toBe(0)
  })
})

describe('a recovery of a card without an identifier', () => {
  test('takes no stripe for a transponder, and waits for one', async () => {
    const delays = { recoveryTimeout: 5000, returnTimeout: 5000 }
    const options = { driver: 'virtual', layout: 'badge', layouts: [em4100], delays }
    await using desk = await openDesk(options)
    desk.emulators[0]?.placeCard({ type: 't5577', uid: '01020304' })
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 3 })
    const order = desk.order()
    await desk.reaches(order, 'waitingForReturn')
    await desk.crash()
    await using again = await desk.restart()
    await again.reaches(order, 'recovering')
    again.emulators[0]?.placeCard({ type: 'magstripe', uid: '05060708' })
    await expect.poll(() => again.sessions.view(order)?.prompt).toContain('That is another card')
    again.emulators[0]?.removeCard()
    again.emulators[0]?.placeCard({ type: 't5577', uid: '01020304' })
    expect(await again.ending(order)).toMatchObject({ kind: 'encoded', technology: 't5577', uid: null })
  })
})

describe('a scanner', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)

  test('serves a scan by the next thing that is shown to it', async () => {
    await using desk = await openDesk({ driver: 'virtual-scanner' })
    const order = desk.scan()
    const waiting = await desk.reaches(order, 'waitingForCard')
    expect(waiting.prompt).toBe('Show the card or the code to Desk 1.')
    desk.emulators[0]?.present({ technology: 'barcode', data: text('GUEST-4711'), symbology: ']Q0' })
    expect(await desk.ending(order)).toEqual({
      kind: 'scanned',
      uid: null,
      technology: 'barcode',
      cardNumber: 'GUEST-4711',
      record: null,
      remark: 'It bears the number GUEST-4711.',
      comparison: { kind: 'nothing' },
    })
  })

  test('asks again for what it could not read', async () => {
    await using desk = await openDesk({ driver: 'virtual-scanner' })
    const order = desk.scan()
    await desk.reaches(order, 'waitingForCard')
    desk.emulators[0]?.inject({ fault: 'unreadable' })
    desk.emulators[0]?.present({ technology: 'barcode', data: text('1') })
    await expect.poll(() => desk.sessions.view(order)?.prompt).toContain('could not be read')
    desk.emulators[0]?.present({ technology: 'barcode', data: text('4711') })
    expect(await desk.ending(order)).toMatchObject({ cardNumber: '4711' })
  })

  test('takes no encode', async () => {
    await using desk = await openDesk({ driver: 'virtual-scanner' })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'not_supported' })
  })

  test('lets a cancelled scan go, and serves the next', async () => {
    await using desk = await openDesk({ driver: 'virtual-scanner' })
    const order = desk.scan()
    await desk.reaches(order, 'waitingForCard')
    desk.sessions.cancel(order)
    expect(await desk.ending(order)).toMatchObject({ code: 'order_cancelled' })
    const next = desk.scan()
    await desk.reaches(next, 'waitingForCard')
    desk.emulators[0]?.present({ technology: 'barcode', data: text('2') })
    expect(await desk.ending(next)).toMatchObject({ cardNumber: '2' })
  })
})
