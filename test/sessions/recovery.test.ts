import { BridgeError } from 'encoder-bridge/driver'
import { describe, expect, it } from 'vitest'
import { openDesk, type Desk } from './desk.ts'

const uid = 'DEADBEEF'
const writes = (desk: Desk): number =>
  (desk.emulators[0]?.countWrites(uid) ?? []).reduce((sum, count) => sum + count, 0)

describe('after a crash', () => {
  it('an order that had not touched a card goes on', async () => {
    await using before = await openDesk()
    const orderId = before.order()
    await before.reaches(orderId, 'waitingForCard')
    await using after = await before.restart()
    after.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
    expect(writes(after)).toBe(3)
  })

  it('in mid-write the same card is asked for and read, and found incomplete without a further write', async () => {
    await using before = await openDesk()
    before.emulators[0]?.placeCard({ type: 'classic1k', uid })
    before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    const orderId = before.order()
    await before.reaches(orderId, 'waitingForReturn')
    await using after = await before.restart()
    const view = await after.reaches(orderId, 'recovering')
    expect(view.prompt).toContain(uid)
    after.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await after.ending(orderId)).toMatchObject({ kind: 'spoiled', code: 'write_interrupted', uid })
    expect(writes(after)).toBe(1)
  })

  it('a card that was complete when the daemon died is found encoded', async () => {
    await using before = await openDesk()
    before.emulators[0]?.placeCard({ type: 'classic1k', uid })
    before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 3 })
    const orderId = before.order()
    await before.reaches(orderId, 'waitingForReturn')
    await using after = await before.restart()
    after.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack', uid })
    expect(writes(after)).toBe(3)
  })

  it('another card is not taken for the one that was being written', async () => {
    await using before = await openDesk({ delays: { recoveryTimeout: 200 } })
    before.emulators[0]?.placeCard({ type: 'classic1k', uid })
    before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    const orderId = before.order()
    await before.reaches(orderId, 'waitingForReturn')
    before.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
    before.emulators[0]?.removeCard()
    await using after = await before.restart()
    after.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
    expect(await after.ending(orderId)).toMatchObject({ kind: 'unknown', code: 'outcome_unknown', uid })
    expect(after.emulators[0]?.countWrites('01020304').every((count) => count === 0)).toBe(true)
  })

  it('an operator may end the question as unknown', async () => {
    await using before = await openDesk()
    before.emulators[0]?.placeCard({ type: 'classic1k', uid })
    before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    const orderId = before.order()
    await before.reaches(orderId, 'waitingForReturn')
    await using after = await before.restart()
    await after.reaches(orderId, 'recovering')
    expect(after.sessions.cancel(orderId)).toBe(true)
    expect(await after.ending(orderId)).toMatchObject({ kind: 'unknown', code: 'outcome_unknown' })
  })

  it('a result that was never acknowledged still waits in the outbox', async () => {
    await using before = await openDesk()
    before.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = before.order()
    await before.ending(orderId)
    await using after = await before.restart()
    expect(after.journal.waiting(10).map((item) => item.orderId)).toEqual([orderId])
  })
})

describe('an ending that the disk refuses', () => {
  it('is held, said to wait, and told once it is on the disk', async () => {
    await using desk = await openDesk()
    const { journal } = desk
    const { end } = journal
    let isFull = true
    journal.end = (...ending) => {
      if (isFull) throw new BridgeError('data_unwritable', 'There is no space left.')
      end(...ending)
    }
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = desk.order()
    let view = await desk.reaches(orderId, 'verifying')
    while (!view.prompt.includes('waits to be saved')) {
      view = (await desk.sessions.next(orderId, view.revision, new AbortController().signal)) ?? view
    }
    expect(view).toMatchObject({ ending: null, cancellable: false })
    expect(view.prompt).toContain('Free disk space')
    expect(desk.sessions.cancel(orderId)).toBe(false)
    expect(journal.waiting(10)).toEqual([])
    isFull = false
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
    expect(journal.waiting(10)).toHaveLength(1)
  })
})
