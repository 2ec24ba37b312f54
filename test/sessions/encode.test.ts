import { describe, expect, it } from 'vitest'
import { openDesk } from './desk.ts'

const uid = 'DEADBEEF'
const trailer = [3, 7, 11, 15]

describe('an encode', () => {
  it('puts the order on the card, reads it back and reports it', async () => {
    await using desk = await openDesk()
    const orderId = desk.order({}, { cardNumber: '4711' })
    const asked = await desk.reaches(orderId, 'waitingForCard')
    expect(asked.prompt).toBe('Place the card on Desk 1.')
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })

    expect(await desk.ending(orderId)).toEqual({
      kind: 'encoded',
      uid,
      technology: 'mifare-classic-1k',
      proof: 'readBack',
      keys: null,
    })
    const memory = desk.emulators[0]?.dumpCard(uid) ?? new Uint8Array()
    expect(Buffer.from(memory.subarray(64, 66)).toString()).toBe('EB')
    expect(desk.journal.entry(orderId)?.phase).toBe('ended')
    expect(desk.journal.waiting(10).map((item) => item.ending.kind)).toEqual(['encoded'])
  })

  it('writes each block of the record once and no trailer', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order())
    const counts = desk.emulators[0]?.countWrites(uid) ?? []
    expect(counts.flatMap((count, block) => (count === 0 ? [] : [[block, count]]))).toEqual([
      [4, 1],
      [5, 1],
      [6, 1],
    ])
    expect(trailer.every((block) => counts[block] === 0)).toBe(true)
  })

  it('finds a card that is already right and writes nothing', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const subject = { credentialId: 'a3f1c8f0-58a5-4a8e-9d0e-111122223333', cardNumber: '99' }
    await desk.ending(desk.order({}, subject))
    expect(await desk.ending(desk.order({}, subject))).toMatchObject({
      kind: 'encoded',
      proof: 'alreadyRight',
    })
    expect(desk.emulators[0]?.countWrites(uid)[4]).toBe(1)
  })

  it('ends untouched when no card comes in time', async () => {
    await using desk = await openDesk({ delays: { cardTimeout: 30 } })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'card_timeout' })
  })

  it('ends untouched on a card of the wrong technology', async () => {
    await using desk = await openDesk({ layout: 'image' })
    desk.emulators[0]?.placeCard({ type: 'ultralight', uid: '04112233445566' })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'card_incompatible' })
  })

  it('ends untouched on a card with other keys', async () => {
    await using desk = await openDesk()
    const memory = new Uint8Array(1024)
    for (let sector = 0; sector < 16; sector += 1) {
      memory.set([1, 2, 3, 4, 5, 6, 0xff, 0x07, 0x80, 0x69, 1, 2, 3, 4, 5, 6], sector * 64 + 48)
    }
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid, memory })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'card_key_refused' })
  })

  it('asks for one card while two lie on the encoder, and goes on when one is left', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
    const orderId = desk.order()
    let view = await desk.reaches(orderId, 'waitingForCard')
    while (!view.prompt.startsWith('More than one card')) {
      const next = await desk.sessions.next(orderId, view.revision, new AbortController().signal)
      if (next === null) throw new Error('the session vanished')
      view = next
    }
    desk.emulators[0]?.removeCard('01020304')
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
  })

  it('says so when a worn block does not keep what was written', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    desk.emulators[0]?.inject({ fault: 'flipWrittenBit' })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'spoiled', code: 'card_mismatch', uid })
  })

  it('says so when the card refuses to be written', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    desk.emulators[0]?.inject({ fault: 'nakWrites' })
    expect(await desk.ending(desk.order())).toMatchObject({ code: 'card_write_refused', uid })
  })

  it('goes on with the same card when it is taken away in mid-write and brought back', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 2 })
    const orderId = desk.order()
    const view = await desk.reaches(orderId, 'waitingForReturn')
    expect(view.prompt).toContain('Put the same card back on Desk 1')
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
  })

  it('refuses another card in the middle of the work and touches it not', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 2 })
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForReturn')
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'spoiled', code: 'card_swapped', uid })
    expect(desk.emulators[0]?.countWrites('01020304').every((count) => count === 0)).toBe(true)
  })

  it('gives up on a card that does not come back', async () => {
    await using desk = await openDesk({ delays: { returnTimeout: 30 } })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'spoiled', code: 'card_removed', uid })
  })

  it('waits for an encoder that is unplugged before the card was touched', async () => {
    await using desk = await openDesk()
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForCard')
    desk.lines[0]?.unplug()
    await desk.reaches(orderId, 'queued')
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
  })

  it('can be cancelled while it waits', async () => {
    await using desk = await openDesk()
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForCard')
    expect(desk.sessions.cancel(orderId)).toBe(true)
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'order_cancelled' })
    expect(desk.sessions.cancel(orderId)).toBe(false)
  })

  it('touches no card for an order that has expired', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = desk.order({ expiresAt: new Date(Date.now() - 1).toISOString() })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'order_expired' })
    expect(desk.emulators[0]?.countWrites(uid).every((count) => count === 0)).toBe(true)
  })

  it('makes no copies: an access method belongs to one card', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(desk.order({}, { copies: 2 }))).toMatchObject({
      kind: 'untouched',
      code: 'order_invalid',
    })
    expect(desk.emulators[0]?.countWrites(uid).every((count) => count === 0)).toBe(true)
  })

  it('keeps to the desk’s own limit, whoever orders', async () => {
    await using desk = await openDesk({ cardsAnHour: 1 })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order())
    desk.emulators[0]?.removeCard(uid)
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'desk_limit' })
  })
})

describe('a card that holds something', () => {
  const valid = { kind: 'found', credential: { isValid: true } } as never

  it('is not overwritten while its credential is valid, unless the clerk confirms', async () => {
    await using desk = await openDesk({ lookup: () => Promise.resolve(valid) })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order())
    const second = desk.order()
    const view = await desk.reaches(second, 'awaitingConfirmation')
    expect(view.prompt).toContain('Confirm to overwrite')
    expect(desk.emulators[0]?.countWrites(uid)[4]).toBe(1)
    expect(desk.confirm(second)).toBe(true)
    expect(await desk.ending(second)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  })

  it('is left alone when nobody confirms', async () => {
    await using desk = await openDesk({
      lookup: () => Promise.resolve(valid),
      delays: { confirmTimeout: 30 },
    })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order())
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'card_occupied' })
    expect(desk.emulators[0]?.countWrites(uid)[4]).toBe(1)
  })

  it('is asked about when the hub cannot be reached and the record has not ended', async () => {
    await using desk = await openDesk({ delays: { confirmTimeout: 30 } })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order())
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'card_occupied' })
  })

  it('is free when its credential has ended', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order({}, { endsAt: '2026-01-01T00:00:00Z', startsAt: '2025-12-01T00:00:00Z' }))
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded' })
  })

  it('is free when the hub does not know its credential', async () => {
    await using desk = await openDesk({ lookup: () => Promise.resolve({ kind: 'notFound' }) })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order())
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded' })
  })

  it('is asked about when its content is not ours', async () => {
    await using desk = await openDesk({ delays: { confirmTimeout: 30 } })
    const memory = new Uint8Array(1024)
    for (let sector = 0; sector < 16; sector += 1) {
      memory.set(
        [...new Array(6).fill(0xff), 0xff, 0x07, 0x80, 0x69, ...new Array(6).fill(0xff)],
        sector * 64 + 48,
      )
    }
    memory.set(Buffer.from('somebody else'), 64)
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid, memory })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'card_occupied' })
  })

  it('is free when this very desk left it incomplete', async () => {
    await using desk = await openDesk({ delays: { returnTimeout: 20, confirmTimeout: 20 } })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'spoiled' })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded' })
  })
})

describe('a new key that ends a live one', () => {
  it('wants a confirmation before any card is asked for', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = desk.order({}, { purpose: 'new', endsLiveKey: true })
    const view = await desk.reaches(orderId, 'awaitingConfirmation')
    expect(view.prompt).toContain('still valid')
    desk.confirm(orderId)
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded' })
  })

  it('touches nothing when nobody confirms', async () => {
    await using desk = await openDesk({ delays: { confirmTimeout: 20 } })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = desk.order({}, { purpose: 'new', endsLiveKey: true })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'order_unconfirmed' })
    expect(desk.emulators[0]?.countWrites(uid).every((count) => count === 0)).toBe(true)
  })

  it('needs no confirmation when whoever ordered gave it', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = desk.order({}, { purpose: 'new', endsLiveKey: true, confirmed: true })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded' })
  })
})
