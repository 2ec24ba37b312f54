import { randomUUID } from 'node:crypto'
import { OrderId } from 'encoder-bridge/driver'
import { describe, expect, it } from 'vitest'
import type { Ending } from '../../src/contract/outcome.ts'
import { openDesk, type Desk } from './desk.ts'
import { at, recordOf, recordWrites, reportsOf } from './moments.ts'

const uid = 'DEADBEEF'
const blank = '00'.repeat(16)
const never = (): Promise<never> => new Promise(() => undefined)
const untouched = { kind: 'untouched', code: 'order_cancelled' }
const spoiled = { kind: 'spoiled', code: 'order_cancelled', uid }
const unknown = { kind: 'unknown', code: 'outcome_unknown', uid }

const place = (desk: Desk, card = uid): void => desk.emulators[0]?.placeCard({ type: 'classic1k', uid: card })

/** Cancels and returns the ending; it is the one that was journalled, and the only one that the hub is told. */
const cancelled = async (desk: Desk, orderId: OrderId): Promise<Ending> => {
  expect(desk.sessions.cancel(orderId)).toBe(true)
  const ending = await desk.ending(orderId)
  expect(desk.journal.entry(orderId)).toMatchObject({ phase: 'ended', ending })
  expect(reportsOf(desk, orderId)).toEqual([ending])
  expect(desk.sessions.cancel(orderId)).toBe(false)
  return ending
}

/** The encoder serves the next order: whatever was cancelled left it idle. */
const expectService = async (desk: Desk): Promise<void> => {
  desk.emulators[0]?.removeCard()
  place(desk, '01020304')
  expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded', uid: '01020304' })
}

describe('a cancel before anything was written leaves the card untouched', () => {
  it('in the queue, and the session that has the encoder goes on', async () => {
    await using desk = await openDesk()
    const first = desk.order()
    await desk.reaches(first, 'waitingForCard')
    const second = desk.order()
    expect(desk.sessions.view(second)?.state).toBe('queued')
    expect(await cancelled(desk, second)).toMatchObject({ ...untouched, uid: null })
    place(desk)
    expect(await desk.ending(first)).toMatchObject({ kind: 'encoded', uid })
  })

  it('while the encoder is asked for a sign of life', async () => {
    await using desk = await openDesk()
    await desk.ready()
    desk.emulators[0]?.inject({ fault: 'dropAnswers' })
    const orderId = desk.order()
    await desk.reaches(orderId, 'leasing')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid: null })
    await expectService(desk)
  })

  it('while a card is awaited', async () => {
    await using desk = await openDesk()
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForCard')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid: null })
    await expectService(desk)
  })

  it('while the card is read', async () => {
    await using desk = await openDesk()
    place(desk)
    at(desk, 'checkingCard', () => desk.emulators[0]?.inject({ fault: 'dropAnswers' }))
    const orderId = desk.order()
    await desk.reaches(orderId, 'checkingCard')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid })
    expect(recordOf(desk, uid)).toEqual([blank, blank, blank])
    await expectService(desk)
  })

  it('while the hub is asked whose the card is', async () => {
    await using desk = await openDesk({ lookup: never })
    place(desk)
    await desk.ending(desk.order())
    const before = recordOf(desk, uid)
    const orderId = desk.order()
    await desk.reaches(orderId, 'checkingCard')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid })
    expect(recordOf(desk, uid)).toEqual(before)
    await expectService(desk)
  })

  it('while the clerk is asked about a live key', async () => {
    await using desk = await openDesk()
    place(desk)
    const orderId = desk.order({}, { purpose: 'new', endsLiveKey: true })
    await desk.reaches(orderId, 'awaitingConfirmation')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid: null })
    expect(desk.confirm(orderId)).toBe(false)
    expect(recordWrites(desk, uid)).toEqual([0, 0, 0])
  })

  it('while the clerk is asked about an occupied card', async () => {
    await using desk = await openDesk()
    place(desk)
    await desk.ending(desk.order())
    const orderId = desk.order()
    await desk.reaches(orderId, 'awaitingConfirmation')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid })
    expect(recordWrites(desk, uid)).toEqual([1, 1, 1])
    await expectService(desk)
  })
})

describe('a cancel of a scan', () => {
  it('is heard while the card is read', async () => {
    await using desk = await openDesk()
    place(desk)
    at(desk, 'reading', () => desk.emulators[0]?.inject({ fault: 'dropAnswers' }))
    const orderId = desk.scan()
    await desk.reaches(orderId, 'reading')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid })
    await expectService(desk)
  })

  it('is heard while the card is compared with Seam', async () => {
    await using desk = await openDesk({ lookup: never })
    place(desk)
    await desk.ending(desk.order())
    const orderId = desk.scan()
    await desk.reaches(orderId, 'comparing')
    expect(await cancelled(desk, orderId)).toMatchObject({ ...untouched, uid })
    await expectService(desk)
  })
})

describe('a cancel while the card is written', () => {
  it('at any moment lets the block under way be finished and tells what the card holds', async () => {
    let countdown = Number.POSITIVE_INFINITY
    let act = (): void => undefined
    const onLine = (): void => {
      countdown -= 1
      if (countdown === 0) act()
    }
    await using desk = await openDesk({ onLine })
    const kinds: string[] = []
    for (let moment = 1, wasHeard = true; wasHeard; moment += 1) {
      const card = moment.toString(16).toUpperCase().padStart(8, '0')
      desk.emulators[0]?.removeCard()
      place(desk, card)
      const subject = { credentialId: randomUUID() }
      wasHeard = false
      at(desk, 'writing', ({ orderId }) => {
        act = () => {
          wasHeard = desk.sessions.cancel(orderId)
        }
        countdown = moment
      })
      const ending = await desk.ending(desk.order({}, subject))
      countdown = Number.POSITIVE_INFINITY
      const left = recordOf(desk, card)
      const writes = recordWrites(desk, card)
      // The same order once more, undisturbed: what each block would have become.
      expect(await desk.ending(desk.order({}, subject))).toMatchObject({ kind: 'encoded', uid: card })
      const whole = recordOf(desk, card)

      const isTorn = left.map((block, index) => block !== blank && block !== whole[index])
      const isWhole = left.every((block, index) => block === whole[index])
      expect({ moment, isTorn, most: Math.max(...writes) }).toEqual({
        moment,
        isTorn: [false, false, false],
        most: 1,
      })
      expect({ moment, ending }).toMatchObject({
        moment,
        ending: isWhole ? { kind: 'encoded', uid: card } : { ...spoiled, uid: card },
      })
      if (wasHeard) kinds.push(ending.kind)
    }
    // Six exchanges of a command, an ACK and an answer; after the last one a cancel comes too late.
    expect(kinds).toHaveLength(18)
    expect(new Set(kinds)).toEqual(new Set(['spoiled', 'encoded']))
  })

  it('is refused where the driver promises no abort, and the card is finished', async () => {
    await using desk = await openDesk({ abort: 'neverWhileWriting' })
    place(desk)
    const answers: boolean[] = []
    at(desk, 'writing', ({ orderId, cancellable }) =>
      answers.push(cancellable, desk.sessions.cancel(orderId)),
    )
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded', uid })
    expect(answers).toEqual([false, false])
  })

  it('comes too late for a card that is only selected once more', async () => {
    await using desk = await openDesk()
    place(desk)
    at(desk, 'verifying', () => desk.emulators[0]?.removeCard())
    const orderId = desk.order()
    expect((await desk.reaches(orderId, 'verifying')).cancellable).toBe(false)
    expect(desk.sessions.cancel(orderId)).toBe(false)
    place(desk)
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack', uid })
  })

  it('while the card is away leaves it spoiled', async () => {
    await using desk = await openDesk()
    place(desk)
    desk.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
    const orderId = desk.order()
    await desk.reaches(orderId, 'waitingForReturn')
    expect(await cancelled(desk, orderId)).toMatchObject(spoiled)
    expect(recordWrites(desk, uid)).toEqual([1, 0, 0])
    await expectService(desk)
  })
})

describe('a card that was taken away from a cancelled write', () => {
  /** The write is cancelled with its first block under way, and the card is gone before it can be read again. */
  const cancelAndTakeAway = async (desk: Desk): Promise<OrderId> => {
    place(desk)
    at(desk, 'writing', ({ orderId }) => desk.sessions.cancel(orderId))
    at(desk, 'recovering', () => desk.emulators[0]?.removeCard())
    const orderId = desk.order()
    const view = await desk.reaches(orderId, 'recovering')
    expect(view).toMatchObject({ cancellable: true, prompt: expect.stringContaining(uid) as string })
    return orderId
  }

  it('is asked for, and told to be spoiled by the cancel once it lies there again', async () => {
    await using desk = await openDesk()
    const orderId = await cancelAndTakeAway(desk)
    place(desk)
    expect(await desk.ending(orderId)).toMatchObject(spoiled)
    expect(recordWrites(desk, uid)).toEqual([1, 0, 0])
  })

  it('is unknown when that question is cancelled as well', async () => {
    await using desk = await openDesk()
    const orderId = await cancelAndTakeAway(desk)
    expect(await cancelled(desk, orderId)).toMatchObject(unknown)
    expect(recordWrites(desk, uid)).toEqual([1, 0, 0])
    await expectService(desk)
  })

  it('is asked for again when the daemon was stopped meanwhile', async () => {
    await using before = await openDesk()
    const orderId = await cancelAndTakeAway(before)
    await using after = await before.restart()
    await after.reaches(orderId, 'recovering')
    expect(await cancelled(after, orderId)).toMatchObject(unknown)
    await expectService(after)
  })
})

it('knows no order that was never given', async () => {
  await using desk = await openDesk()
  expect(desk.sessions.cancel(OrderId.parse('nobody-ordered-this'))).toBe(false)
})
