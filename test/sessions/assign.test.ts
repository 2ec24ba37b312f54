import { describe, expect, it } from 'vitest'
import type { CardAssigner } from '../../src/contract/card-assigner.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { openDesk } from './desk.ts'
import type { Desk } from './desk.ts'

const accessMethodId = '55555555-5555-4555-8555-555555555555'
/** 0xDEADBEEF, as ISO/IEC 14443-3 tells the UID, most significant byte first. */
const uid = 'DEADBEEF'
const cardNumber = '3735928559'

/** Somebody who gives cards away, as a test says. */
const openGiver = () => {
  const asked: Parameters<CardAssigner['assign']>[0][] = []
  const answers: (() => Promise<void>)[] = []
  const assign: CardAssigner['assign'] = (wanted) => {
    asked.push(wanted)
    return answers.shift()?.() ?? Promise.resolve()
  }
  return { asked, answers, assign }
}

const order = (desk: Desk) => desk.scan({ kind: 'assign', origin: 'desk', assign: { accessMethodId } })

const refuse = (error: BridgeError) => async (): Promise<void> => {
  throw error
}

describe('a card that is assigned', () => {
  it('is given away by its number once, after that is in the journal, and is not written to', async () => {
    const giver = openGiver()
    await using desk = await openDesk({ assign: giver.assign, numberFormat: 'uid-decimal' })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const before = desk.emulators[0]?.dumpCard(uid)
    let intentThen: unknown = null
    const orderId = order(desk)
    giver.answers.push(() => {
      intentThen = desk.journal.entry(orderId)?.intent
      return Promise.resolve()
    })
    expect(await desk.ending(orderId)).toEqual({
      kind: 'assigned',
      uid,
      technology: 'mifare-classic-1k',
      cardNumber,
    })
    expect(giver.asked).toEqual([{ accessMethodId, cardNumber, isRepeat: false }])
    expect(intentThen).toMatchObject({ kind: 'assign', cardNumber })
    expect(desk.emulators[0]?.dumpCard(uid)).toEqual(before)
    expect(desk.journal.waiting(10)).toEqual([])
  })

  it('has to bear a number, and a UID is one only where the encoder is told how to write it', async () => {
    const giver = openGiver()
    await using desk = await openDesk({ assign: giver.assign })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(order(desk))).toMatchObject({ kind: 'untouched', code: 'card_not_assigned' })
    expect(giver.asked).toEqual([])
  })

  it('that was refused stays as it was, with the reason', async () => {
    const giver = openGiver()
    giver.answers.push(refuse(new BridgeError('card_not_assigned', 'It is another guest’s.')))
    await using desk = await openDesk({ assign: giver.assign, numberFormat: 'uid-decimal' })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(order(desk))).toEqual({
      kind: 'untouched',
      code: 'card_not_assigned',
      detail: 'It is another guest’s.',
      uid,
    })
  })

  it('is looked after until it is known, when the answer did not come', async () => {
    const giver = openGiver()
    giver.answers.push(refuse(new BridgeError('outcome_unknown')))
    await using desk = await openDesk({ assign: giver.assign, numberFormat: 'uid-decimal' })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(order(desk))).toMatchObject({ kind: 'assigned' })
    expect(giver.asked.map(({ isRepeat }) => isRepeat)).toEqual([false, true])
  })

  it('can’t be cancelled any more once somebody was asked', async () => {
    const giver = openGiver()
    let answer = (): void => undefined
    giver.answers.push(() => new Promise((resolve) => (answer = resolve)))
    await using desk = await openDesk({ assign: giver.assign, numberFormat: 'uid-decimal' })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = order(desk)
    expect((await desk.reaches(orderId, 'assigning')).cancellable).toBe(false)
    expect(desk.sessions.cancel(orderId)).toBe(false)
    answer()
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'assigned' })
  })

  it('is asked about again after a crash, without the card and never as if for the first time', async () => {
    const giver = openGiver()
    giver.answers.push(() => new Promise(() => undefined))
    await using desk = await openDesk({ assign: giver.assign, numberFormat: 'uid-decimal' })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    const orderId = order(desk)
    await desk.reaches(orderId, 'assigning')
    await desk.crash()
    desk.emulators[0]?.removeCard(uid)
    await using again = await desk.restart()
    expect(await again.ending(orderId)).toEqual({
      kind: 'assigned',
      uid,
      technology: 'mifare-classic-1k',
      cardNumber,
    })
    expect(giver.asked.at(-1)).toEqual({ accessMethodId, cardNumber, isRepeat: true })
  })
})
