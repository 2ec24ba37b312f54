import { describe, expect, it } from 'vitest'
import type { SessionState } from '../../src/contract/session-view.ts'
import { openDesk, type Desk } from './desk.ts'
import { at, recordOf, recordWrites, reportsOf } from './moments.ts'

const uid = 'DEADBEEF'
const blank = '00'.repeat(16)
/** Longer than any test runs. */
const LONG_MS = 60_000

const place = (desk: Desk): void => desk.emulators[0]?.placeCard({ type: 'classic1k', uid })

describe('a drain while nothing is written', () => {
  it.each(['queued', 'leasing', 'waitingForCard', 'checkingCard', 'awaitingConfirmation'] as const)(
    'in %s leaves the order open, and it goes on after the restart',
    async (state) => {
      await using before = await openDesk()
      await before.ready()
      let draining: Promise<void> | undefined
      at(before, state, () => {
        draining = before.sessions.drain(LONG_MS)
      })
      if (state === 'checkingCard') place(before)
      const isAsked = state === 'awaitingConfirmation'
      const orderId = before.order({}, isAsked ? { purpose: 'new', endsLiveKey: true } : {})
      await before.reaches(orderId, state)
      await draining
      expect(before.journal.entry(orderId)).toMatchObject({ phase: 'accepted', ending: null })
      expect(before.encoders.list()).toMatchObject([{ state: 'ready', lease: null }])
      expect(before.sessions.cancel(orderId)).toBe(false)
      expect(before.confirm(orderId)).toBe(false)

      before.emulators[0]?.removeCard()
      await using after = await before.restart()
      await after.reaches(orderId, isAsked ? 'awaitingConfirmation' : 'waitingForCard')
      expect(after.confirm(orderId)).toBe(isAsked)
      place(after)
      expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
      expect(recordWrites(after, uid)).toEqual([1, 1, 1])
    },
  )

  it('gives no encoder that becomes free to the next order', async () => {
    await using before = await openDesk({ encoders: 2 })
    const first = before.order()
    await before.reaches(first, 'waitingForCard')
    const elsewhere = before.order({ encoderIds: before.encoderIds.slice(1) })
    await before.reaches(elsewhere, 'waitingForCard')
    const next = before.order()
    const states: SessionState[] = []
    before.sessions.onChange((view) => {
      if (view.orderId === next) states.push(view.state)
    })
    const draining = before.sessions.drain(LONG_MS)
    place(before)
    await draining
    expect(states).toEqual([])
    expect(recordWrites(before, uid)).toEqual([0, 0, 0])
    expect(before.journal.open().map((entry) => entry.order.orderId)).toEqual([first, elsewhere, next])
    await using after = await before.restart()
    expect(await after.ending(first)).toMatchObject({ kind: 'encoded', uid })
  })

  it('starts no order that comes afterwards; it is kept for the restart', async () => {
    await using before = await openDesk()
    await before.sessions.drain(LONG_MS)
    const orderId = before.order()
    expect(before.sessions.view(orderId)).toBeNull()
    await using after = await before.restart()
    place(after)
    expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
  })
})

describe('a drain while a card is written', () => {
  it.each(['writing', 'verifying'] as const)('in %s waits for the true end', async (state) => {
    await using desk = await openDesk()
    place(desk)
    let draining: Promise<void> | undefined
    at(desk, state, () => {
      draining = desk.sessions.drain(LONG_MS)
    })
    const orderId = desk.order()
    await desk.reaches(orderId, state)
    await draining
    const ending = { kind: 'encoded', uid, technology: 'mifare-classic-1k', proof: 'readBack', keys: null }
    expect(desk.journal.entry(orderId)).toMatchObject({ phase: 'ended', ending })
    expect(desk.sessions.view(orderId)).toMatchObject({ state: 'ended', ending })
    expect(desk.encoders.list()).toMatchObject([{ state: 'ready', lease: null }])
  })

  it('waits for a card that is taken away meanwhile and comes back inside the bound', async () => {
    await using desk = await openDesk()
    place(desk)
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    let draining: Promise<void> | undefined
    at(desk, 'writing', () => {
      draining = desk.sessions.drain(LONG_MS)
    })
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForReturn')
    place(desk)
    await draining
    expect(desk.journal.entry(orderId)?.ending).toMatchObject({ kind: 'encoded', uid })
  })

  it('hears a cancel until the bound', async () => {
    await using desk = await openDesk()
    place(desk)
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    let draining: Promise<void> | undefined
    at(desk, 'writing', () => {
      draining = desk.sessions.drain(LONG_MS)
    })
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForReturn')
    expect(desk.sessions.cancel(orderId)).toBe(true)
    await draining
    expect(desk.journal.entry(orderId)?.ending).toMatchObject({ kind: 'spoiled', code: 'order_cancelled' })
  })

  it('past the bound leaves it to the recovery, which writes nothing more', async () => {
    await using before = await openDesk()
    place(before)
    before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    let draining: Promise<void> | undefined
    at(before, 'writing', () => {
      draining = before.sessions.drain(1)
    })
    const orderId = before.order()
    await before.reaches(orderId, 'writing')
    await draining
    expect(before.journal.entry(orderId)).toMatchObject({ phase: 'writing', ending: null })
    expect(reportsOf(before, orderId)).toEqual([])
    expect(before.encoders.list()).toMatchObject([{ state: 'ready', lease: null }])

    await using after = await before.restart()
    await after.reaches(orderId, 'recovering')
    place(after)
    expect(await after.ending(orderId)).toMatchObject({ kind: 'spoiled', code: 'write_interrupted', uid })
    expect(recordWrites(after, uid)).toEqual([1, 0, 0])
  })

  it('past the bound lets the block under way be finished', async () => {
    await using before = await openDesk()
    place(before)
    let draining: Promise<void> | undefined
    at(before, 'writing', () => {
      before.emulators[0]?.inject({ fault: 'dropAnswers' })
      draining = before.sessions.drain(1)
    })
    const subject = { credentialId: 'a3f1c8f0-58a5-4a8e-9d0e-111122223333' }
    const orderId = before.order({}, subject)
    await before.reaches(orderId, 'writing')
    await draining
    const [first, ...others] = recordOf(before, uid)
    expect(others).toEqual([blank, blank])

    await using after = await before.restart()
    expect(await after.ending(orderId)).toMatchObject({ kind: 'spoiled', code: 'write_interrupted', uid })
    // The same order once more, undisturbed: what the block would have become.
    expect(await after.ending(after.order({}, subject))).toMatchObject({ kind: 'encoded', uid })
    expect(recordOf(after, uid)[0]).toBe(first)
  })
})

describe('a drain while a cut write is looked into', () => {
  it('leaves the question open, and it is asked again after each restart', async () => {
    await using first = await openDesk()
    place(first)
    first.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    const orderId = first.order()
    await first.reaches(orderId, 'waitingForReturn')
    await first.sessions.drain(LONG_MS)
    await using second = await first.restart()
    await second.reaches(orderId, 'recovering')
    await second.sessions.drain(LONG_MS)
    expect(second.journal.entry(orderId)).toMatchObject({ phase: 'writing', ending: null })
    await using third = await second.restart()
    await third.reaches(orderId, 'recovering')
    place(third)
    expect(await third.ending(orderId)).toMatchObject({ kind: 'spoiled', code: 'write_interrupted', uid })
    expect(reportsOf(third, orderId)).toHaveLength(1)
  })
})

describe('a second drain', () => {
  it('at the same time waits for the same end', async () => {
    await using desk = await openDesk()
    place(desk)
    let draining: Promise<unknown> | undefined
    at(desk, 'writing', () => {
      draining = Promise.all([desk.sessions.drain(LONG_MS), desk.sessions.drain(LONG_MS)])
    })
    const orderId = desk.order()
    await desk.reaches(orderId, 'writing')
    await draining
    expect(desk.journal.entry(orderId)?.ending).toMatchObject({ kind: 'encoded', uid })
    expect(reportsOf(desk, orderId)).toHaveLength(1)
  })

  it('afterwards has nothing to do', async () => {
    await using desk = await openDesk()
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForCard')
    await desk.sessions.drain(LONG_MS)
    await desk.sessions.drain(LONG_MS)
    expect(desk.journal.entry(orderId)).toMatchObject({ phase: 'accepted', ending: null })
  })
})
