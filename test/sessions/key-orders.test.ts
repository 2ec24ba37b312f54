import { randomUUID } from 'node:crypto'
import { BridgeError, toBridgeError } from 'encoder-bridge/driver'
import { describe, expect, it, test } from 'vitest'
import type { EncodeSubject } from '../../src/contract/order.ts'
import { doors, openLockDesk, type LockDesk, type LockDeskOptions } from './lock-desk.ts'

/** The names of the commands that went out, with the encoder, the purpose and the number of keys. */
const heard = ({ system }: LockDesk): readonly string[] =>
  system.heard.map(({ name, encoder, order }) => {
    const { purpose = '-', copies = '-' } = (order ?? {}) as { purpose?: string; copies?: number }
    return `${name} ${encoder} ${purpose} ${String(copies)}`
  })

describe('a key', () => {
  it('is ordered once, in the lock system’s words, and ends as it confirms', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'obey', serials: ['04A1B2C3'] })
    const credentialId = randomUUID()
    const accessMethodId = randomUUID()
    const orderId = desk.order({ credentialId, accessMethodId, doorIds: Object.keys(doors) })
    expect(await desk.ending(orderId)).toEqual({
      kind: 'encoded',
      uid: '04A1B2C3',
      technology: 'unknown',
      proof: 'confirmed',
      keys: { made: 1, wanted: 1, serialNumbers: ['04A1B2C3'], shortfall: null, remark: null },
    })
    expect(desk.system.heard).toEqual([
      {
        encoder: '1',
        name: 'makeKey',
        order: {
          purpose: 'new',
          copies: 1,
          rooms: ['101', '102'],
          authorisations: ['pool'],
          // Vienna is an hour ahead of UTC in November.
          startsAt: { year: 2026, month: 11, day: 23, hour: 15, minute: 0 },
          endsAt: { year: 2026, month: 11, day: 25, hour: 12, minute: 0 },
          accessMethodId,
          credentialId,
        },
      },
    ])
    expect(desk.journal.entry(orderId)).toMatchObject({ phase: 'ended', intent: { kind: 'key', made: 1 } })
    expect(desk.journal.waiting(10).map(({ ending }) => ending.kind)).toEqual(['encoded'])
  })

  it('is journalled before the command goes out, and confirmed before the ending', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'wait' })
    const orderId = desk.order()
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({ state: 'makingKey', cancellable: true })
    expect(desk.journal.entry(orderId)).toMatchObject({
      phase: 'writing',
      intent: { kind: 'key', encoderId: desk.encoderIds[0], made: 0, serialNumbers: [], remark: null },
    })
    desk.system.settle({ does: 'obey' })
    await desk.ending(orderId)
    expect([...desk.journal.audit()].map(({ event }) => event)).toEqual([
      'accepted',
      'writing',
      'verified',
      'ended',
    ])
  })

  it('is not ordered when the disk takes no intent', async () => {
    await using desk = await openLockDesk({
      journalOf: (journal) => ({
        ...journal,
        writing: () => {
          throw new BridgeError('data_unwritable', 'There is no space left.')
        },
      }),
    })
    const ending = await desk.ending(desk.order())
    expect(ending).toMatchObject({ kind: 'untouched', code: 'data_unwritable' })
    expect(desk.system.heard).toEqual([])
  })

  it('is made all the same when the disk takes no confirmation', async () => {
    await using desk = await openLockDesk({
      journalOf: (journal) => ({
        ...journal,
        verified: () => {
          throw new BridgeError('data_unwritable', 'There is no space left.')
        },
      }),
    })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded', proof: 'confirmed' })
  })

  it('is not ordered after the order has expired, however long the lock system let it wait', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'refuse', code: 'key_encoder_busy' })
    const orderId = desk.order({}, { expiresAt: '2026-11-23T14:00:02Z' })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'order_expired' })
    expect(desk.system.heard).toHaveLength(1)
  })

  it('that is still to be made when the order has expired is not ordered', async () => {
    await using desk = await openLockDesk({ keys: { copiesAtOnce: 1 } })
    desk.system.next({ does: 'wait' })
    const orderId = desk.order({ copies: 2 }, { expiresAt: '2026-11-23T14:00:05Z' })
    await desk.clock.advance(6_000)
    desk.system.settle({ does: 'obey' })
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'encoded',
      keys: { made: 1, wanted: 2, shortfall: { code: 'order_expired' } },
    })
    expect(desk.system.heard).toHaveLength(1)
  })

  it('that a driver confirms without having announced it is in doubt', async () => {
    await using desk = await openLockDesk({ keys: { reads: false } })
    const { device } = desk.system
    device.makeKey = () => Promise.resolve({ serialNumbers: [], remark: null })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'unknown', code: 'outcome_unknown' })
  })

  it('that a driver is about to order twice is ordered once', async () => {
    await using desk = await openLockDesk({ keys: { reads: false } })
    const { device } = desk.system
    let sent = 0
    device.makeKey = (_encoder, _order, { beforeSending }) => {
      for (let count = 0; count < 2; count += 1) {
        beforeSending()
        sent += 1
      }
      return Promise.resolve({ serialNumbers: [], remark: null })
    }
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'unknown', code: 'outcome_unknown' })
    expect(sent).toBe(1)
  })

  it('that a driver orders after its session has ended is not ordered', async () => {
    await using desk = await openLockDesk()
    const { device } = desk.system
    let go = (): void => undefined
    const result = new Promise<unknown>((resolve) => {
      device.makeKey = (_encoder, _order, { beforeSending }) =>
        new Promise((_resolve, reject) => {
          go = () => {
            try {
              beforeSending()
              resolve('sent')
            } catch (error) {
              resolve(error)
              reject(toBridgeError(error))
            }
          }
        })
    })
    const orderId = desk.order()
    await desk.settled()
    expect(desk.sessions.view(orderId)?.state).toBe('ordering')
    desk.sessions.cancel(orderId)
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'order_cancelled' })
    go()
    expect(await result).toMatchObject({ code: 'aborted' })
    expect(desk.journal.entry(orderId)?.intent).toBeNull()
  })
})

describe('a refusal', () => {
  it('leaves everything as it is, and the encoder takes the next order', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'refuse', code: 'room_out_of_service' })
    const first = desk.order()
    const second = desk.order()
    expect(await desk.ending(first)).toMatchObject({ kind: 'untouched', code: 'room_out_of_service' })
    expect(await desk.ending(second)).toMatchObject({ kind: 'encoded' })
  })

  it('of a busy system is waited out with new commands, and other encoders go on', async () => {
    await using desk = await openLockDesk()
    const busy = { does: 'refuse', code: 'key_encoder_busy' } as const
    desk.system.next(busy)
    const orderId = desk.order()
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      state: 'ordering',
      prompt:
        'Encoder 1 is busy with another key. Finish or cancel what it shows; the order goes on by itself.',
    })
    const elsewhere = desk.order({}, { encoderIds: desk.encoderIds.slice(1) })
    await desk.settled()
    expect(desk.sessions.view(elsewhere)?.ending).toMatchObject({ kind: 'encoded' })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', keys: { made: 1 } })
    expect(heard(desk)).toEqual(['makeKey 1 new 1', 'makeKey 2 new 1', 'makeKey 1 new 1'])
  })

  it('of a system that stays busy ends the order after a minute', async () => {
    await using desk = await openLockDesk()
    for (let count = 0; count < 50; count += 1) {
      desk.system.next({ does: 'refuse', code: 'key_encoder_busy' })
    }
    const began = desk.clock.now()
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'key_encoder_busy' })
    expect(desk.clock.now() - began).toBe(60_000)
    // One at once, then one every three seconds.
    expect(desk.system.heard).toHaveLength(20)
  })
})

describe('several keys', () => {
  it('are made by as many commands as the system needs, and shown as they are made', async () => {
    await using desk = await openLockDesk()
    desk.system.next(
      { does: 'obey', serials: ['04A1B2C3', '04A1B2C4'] },
      { does: 'obey', serials: ['04A1B2C5', '04A1B2C6'] },
    )
    const progress: unknown[] = []
    desk.sessions.onChange((view) => {
      if (view.state === 'makingKey') progress.push(view.progress)
    })
    const ending = await desk.ending(desk.order({ copies: 5 }))
    expect(ending).toMatchObject({ keys: { made: 5, wanted: 5, shortfall: null } })
    expect(heard(desk)).toEqual(['makeKey 1 new 2', 'makeKey 1 additional 2', 'makeKey 1 additional 1'])
    expect(progress).toEqual([
      { done: 0, total: 5 },
      { done: 2, total: 5 },
      { done: 4, total: 5 },
    ])
  })

  it.each([
    ['refuses the second', { does: 'refuse', code: 'card_timeout' }, 'card_timeout'],
    ['does not answer the second', { does: 'ignore' }, 'outcome_unknown'],
    ['makes the second without a word', { does: 'actSilently' }, 'outcome_unknown'],
  ] as const)('are told as far as they are confirmed when the system %s', async (_, behaviour, code) => {
    await using desk = await openLockDesk({ keys: { copiesAtOnce: 1 } })
    desk.system.next({ does: 'obey', serials: ['04A1B2C3'] }, behaviour)
    const orderId = desk.order({ copies: 3 })
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'encoded',
      uid: '04A1B2C3',
      keys: { made: 1, wanted: 3, serialNumbers: ['04A1B2C3'], shortfall: { code } },
    })
    expect(desk.system.heard).toHaveLength(2)
    expect(desk.system.readings).toBe(0)
    expect([...desk.journal.audit()].at(-1)).toMatchObject({ outcome: 'encoded 1 of 3' })
    expect(desk.sessions.view(orderId)?.prompt).toContain('1 of 3 keys')
  })

  it('count one by one towards the limit of the desk', async () => {
    await using desk = await openLockDesk({ cardsAnHour: 3 })
    expect(await desk.ending(desk.order({ copies: 2 }))).toMatchObject({ kind: 'encoded' })
    expect(await desk.ending(desk.order({ copies: 2 }))).toMatchObject({
      kind: 'untouched',
      code: 'desk_limit',
      detail: 'It allows 3 cards an hour.',
    })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded' })
    await desk.ending(desk.ask({ kind: 'stay', origin: 'desk', stay: { kind: 'checkOut', room: '101' } }))
    expect(await desk.ending(desk.order())).toMatchObject({ code: 'desk_limit' })
    await desk.clock.advance(3_600_001)
    expect(await desk.ending(desk.order({ copies: 3 }))).toMatchObject({ kind: 'encoded' })
  })

  it('do not count against themselves when the link is lost in between', async () => {
    await using desk = await openLockDesk({ cardsAnHour: 2, keys: { copiesAtOnce: 1 } })
    desk.system.next({ does: 'obey' }, { does: 'failBefore', code: 'device_lost' })
    expect(await desk.ending(desk.order({ copies: 2 }))).toMatchObject({ keys: { made: 2 } })
  })
})

describe('before anything is sent', () => {
  test.each<[string, LockDeskOptions['keys'], Partial<EncodeSubject>, string, string]>([
    ['a door without a room', {}, { doorIds: ['attic'] }, 'room_unmapped', 'attic'],
    ['a key without a room', {}, { doorIds: ['pool'] }, 'order_invalid', 'a key needs one'],
    ['too many rooms', { rooms: 1 }, { doorIds: ['door101', 'door102'] }, 'not_supported', '101, 102'],
    [
      'an authorisation',
      { authorisations: false },
      { doorIds: ['door101', 'pool'] },
      'not_supported',
      'pool',
    ],
    ['a purpose', { purposes: ['new'] }, { purpose: 'oneShot' }, 'not_supported', 'oneShot'],
    [
      'copies beyond one command without additional keys',
      { purposes: ['new'], copiesAtOnce: 2 },
      { copies: 3 },
      'not_supported',
      '3 are ordered',
    ],
    ['a key without an end', { needsEnd: true }, { endsAt: null }, 'order_invalid', 'must have an end'],
    [
      'a key that would end before it begins',
      { timeStep: 'hour' },
      { startsAt: '2026-11-23T14:10:00Z', endsAt: '2026-11-23T14:50:00Z' },
      'order_invalid',
      'begin at 2026-11-23 15:00 and end at 2026-11-23 15:00',
    ],
  ])('%s is refused with a sentence', async (_, keys = {}, subject, code, sentence) => {
    await using desk = await openLockDesk({ keys })
    const orderId = desk.order(subject)
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'untouched',
      code,
      detail: expect.stringContaining(sentence) as string,
    })
    expect(desk.system.heard).toEqual([])
    expect(desk.journal.entry(orderId)?.intent).toBeNull()
  })

  it('a time zone that this computer does not know is refused', async () => {
    await using desk = await openLockDesk()
    const orderId = desk.order({}, { timeZone: 'Europe/Atlantis' })
    expect(await desk.ending(orderId)).toMatchObject({
      code: 'order_invalid',
      detail: expect.stringContaining('Europe/Atlantis') as string,
    })
  })

  it('a pool that mixes kinds is refused', async () => {
    await using desk = await openLockDesk()
    const orderId = desk.order({}, { encoderIds: [...desk.encoderIds, desk.otherId] })
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'order_invalid' })
    expect(desk.system.heard).toEqual([])
  })

  it('a key to be made once is allowed where further ones are not', async () => {
    await using desk = await openLockDesk({ keys: { purposes: ['oneShot'], copiesAtOnce: 1 } })
    expect(await desk.ending(desk.order({ purpose: 'oneShot', copies: 2 }))).toMatchObject({
      keys: { made: 2 },
    })
    expect(heard(desk)).toEqual(['makeKey 1 oneShot 1', 'makeKey 1 oneShot 1'])
  })

  it('a system that knows the doors itself is told no room', async () => {
    await using desk = await openLockDesk({ keys: { rooms: 0 } })
    expect(await desk.ending(desk.order({ doorIds: ['attic'] }))).toMatchObject({ kind: 'encoded' })
    expect(desk.system.heard).toMatchObject([{ order: { rooms: [], authorisations: [] } }])
  })

  it('hours that are cut are told to the clerk, and stay with the ending', async () => {
    await using desk = await openLockDesk({ keys: { timeStep: 'hour' } })
    desk.system.next({ does: 'wait' })
    const orderId = desk.order({ startsAt: '2026-11-23T14:20:00Z', endsAt: '2026-11-25T10:30:00Z' })
    await desk.settled()
    const remark =
      'The lock system keeps whole hours: the key is valid from 2026-11-23 15:00 to 2026-11-25 11:00.'
    expect(desk.sessions.view(orderId)?.prompt).toContain(remark)
    desk.system.settle({ does: 'obey' })
    expect(await desk.ending(orderId)).toMatchObject({ keys: { remark } })
    expect(desk.sessions.view(orderId)?.prompt).toContain(remark)
  })
})

describe('a lost link', () => {
  it('before the command went out is waited for', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'refuse', code: 'key_encoder_busy' })
    const orderId = desk.order()
    await desk.settled()
    desk.encoders.lose()
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      state: 'queued',
      prompt: 'Encoder 1 is not connected. Check the line to its lock system; the order goes on by itself.',
    })
    desk.encoders.comeBack()
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded' })
  })

  it('after it went out never sends the order again', async () => {
    await using desk = await openLockDesk({ keys: { reads: false } })
    desk.system.next({ does: 'wait' })
    const orderId = desk.order()
    await desk.settled()
    desk.encoders.lose()
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'unknown', code: 'outcome_unknown' })
    desk.encoders.comeBack()
    await desk.settled()
    expect(desk.system.heard).toHaveLength(1)
  })
})

describe('a drain', () => {
  it('lets a command that went out come to its answer', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'wait' })
    const orderId = desk.order()
    await desk.settled()
    const draining = desk.sessions.drain(60_000)
    await desk.settled()
    desk.system.settle({ does: 'obey' })
    await desk.clock.drive(draining)
    expect(desk.journal.entry(orderId)?.ending).toMatchObject({ kind: 'encoded', proof: 'confirmed' })
  })

  it('gives no command that has not gone out, and leaves its order to the restart', async () => {
    await using before = await openLockDesk()
    before.system.next({ does: 'standInLine' })
    const orderId = before.order()
    await before.settled()
    await before.clock.drive(before.sessions.drain(60_000))
    expect(before.journal.entry(orderId)).toMatchObject({ phase: 'accepted', ending: null })
    await using after = await before.restart()
    expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded' })
    expect(after.system.heard).toHaveLength(1)
  })
})
