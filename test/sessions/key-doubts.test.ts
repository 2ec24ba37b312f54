import { describe, expect, it, test } from 'vitest'
import type { OrderId } from 'encoder-bridge/driver'
import type { KeyReading } from '../../src/contract/key-system.ts'
import { guestKey, openLockDesk, type LockDesk, type LockDeskOptions } from './lock-desk.ts'

/** A desk whose order went out and got no answer. */
const inDoubt = async (
  options: LockDeskOptions = {},
  subject: Parameters<LockDesk['order']>[0] = {},
): Promise<AsyncDisposable & { readonly desk: LockDesk; readonly orderId: OrderId }> => {
  const desk = await openLockDesk(options)
  desk.system.next({ does: 'actSilently' })
  return {
    desk,
    orderId: desk.order(subject),
    [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
  }
}

describe('a command without an answer', () => {
  it('is cleared up by the lock system’s own reading of the key', async () => {
    await using doubt = await inDoubt()
    const { desk, orderId } = doubt
    const asked = await desk.reaches(orderId, 'recovering')
    expect(asked).toMatchObject({
      prompt:
        'It is not certain that the key was made. Put it on Encoder 1, so that the lock system reads it.',
      cancellable: true,
    })
    desk.system.place('1', guestKey())
    expect(await desk.ending(orderId)).toEqual({
      kind: 'encoded',
      uid: '04A1B2C3',
      technology: 'unknown',
      proof: 'readBack',
      keys: { made: 1, wanted: 1, serialNumbers: ['04A1B2C3'], shortfall: null, remark: null },
    })
    expect(desk.system.heard).toHaveLength(1)
  })

  it('proves one of several keys by the reading, and leaves the others in doubt', async () => {
    await using doubt = await inDoubt({}, { copies: 2 })
    const { desk, orderId } = doubt
    desk.system.place('1', guestKey())
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'encoded',
      proof: 'readBack',
      keys: { made: 1, wanted: 2, shortfall: { code: 'outcome_unknown' } },
    })
  })

  it('stays unknown at once where the lock system reads no keys', async () => {
    await using doubt = await inDoubt({ keys: { reads: false } })
    const { desk, orderId } = doubt
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      state: 'ended',
      ending: { kind: 'unknown', code: 'outcome_unknown', detail: 'No answer came.' },
      prompt: expect.stringContaining('Scan the card to learn its state') as string,
    })
  })

  const others: readonly (readonly [string, KeyReading, string])[] = [
    ['of another room', guestKey({ rooms: ['102'] }), 'A guest key of room 102'],
    ['of more rooms', guestKey({ rooms: ['101', '102'] }), 'room 101 and 102'],
    ['that is no longer valid', guestKey({ isValid: false }), 'no longer valid'],
    [
      'of another end',
      guestKey({ endsAt: { year: 2026, month: 11, day: 26, hour: 12, minute: 0 } }),
      '2026-11-26 12:00',
    ],
    [
      'of another start',
      guestKey({ startsAt: { year: 2026, month: 11, day: 20, hour: 15, minute: 0 } }),
      'A guest key of room 101',
    ],
    ['that opens once', guestKey({ copy: 'one-shot' }), 'one-shot'],
    ['of the staff', { kind: 'staff' }, 'member of the staff'],
    ['that is foreign', { kind: 'foreign' }, 'does not know'],
  ]
  test.each(others)(
    'is not cleared up by a key %s: it is told, and asked for again',
    async (_, key, text) => {
      await using doubt = await inDoubt()
      const { desk, orderId } = doubt
      desk.system.place('1', key)
      await desk.settled()
      const view = desk.sessions.view(orderId)
      expect(view?.state).toBe('recovering')
      expect(view?.prompt).toMatch(/^It is not certain .* is not that key\. .*Put the new key on Encoder 1/)
      expect(view?.prompt).toContain(text)
      expect(await desk.ending(orderId)).toMatchObject({
        kind: 'unknown',
        code: 'outcome_unknown',
        detail: expect.stringContaining(text) as string,
      })
      expect(desk.system.heard).toHaveLength(1)
      expect(desk.system.readings).toBeGreaterThan(10)
    },
  )

  test.each(['card_foreign', 'card_staff'] as const)(
    'is not cleared up by a card that is %s',
    async (code) => {
      await using doubt = await inDoubt()
      const { desk, orderId } = doubt
      desk.system.place('1', code)
      await desk.settled()
      expect(desk.sessions.view(orderId)?.prompt).toContain('the card that was read is not that key')
      desk.system.place('1', guestKey())
      expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
    },
  )

  test.each<[string, Parameters<LockDesk['order']>[0], Extract<KeyReading, { kind: 'guest' }>['copy']]>([
    ['one that was to be replaced', { purpose: 'replacement' }, 'original'],
    ['one beside which another was to be made', { purpose: 'additional' }, 'copy 1'],
    ['one that was to end', { endsLiveKey: true, confirmed: true }, 'original'],
    ['one of which it is not told which it is', { purpose: 'additional' }, null],
  ])('is not cleared up where an earlier key of the stay reads alike: %s', async (_, subject, copy) => {
    await using doubt = await inDoubt({}, subject)
    const { desk, orderId } = doubt
    desk.system.place('1', guestKey({ copy }))
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'unknown',
      code: 'outcome_unknown',
      detail: expect.stringMatching(/A guest key of room 101.* An earlier key .* reads alike/) as string,
    })
    expect(desk.system.heard).toHaveLength(1)
    expect(desk.system.readings).toBe(1)
  })

  test.each<[string, Parameters<LockDesk['order']>[0], Parameters<typeof guestKey>[0]]>([
    ['a copy, where a new one was ordered', {}, { copy: 'copy 1' }],
    ['the original, where an additional one was ordered', { purpose: 'additional' }, { copy: 'original' }],
    ['one without what is granted beside', { doorIds: ['door101', 'pool'] }, { authorisations: [] }],
  ])('is not cleared up by another key of the same stay: %s', async (_, subject, reading) => {
    await using doubt = await inDoubt({}, subject)
    const { desk, orderId } = doubt
    desk.system.place('1', guestKey(reading))
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      state: 'recovering',
      prompt: expect.stringContaining('is not that key') as string,
    })
  })

  it('is cleared up by a key with what is granted beside', async () => {
    await using doubt = await inDoubt({}, { doorIds: ['door101', 'pool'] })
    doubt.desk.system.place('1', guestKey({ authorisations: ['pool'] }))
    expect(await doubt.desk.ending(doubt.orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  })

  it('of a key that opens once is cleared up by one that opens once', async () => {
    await using doubt = await inDoubt({}, { purpose: 'oneShot' })
    const { desk, orderId } = doubt
    desk.system.place('1', guestKey())
    await desk.settled()
    expect(desk.sessions.view(orderId)?.state).toBe('recovering')
    desk.system.place('1', guestKey({ copy: 'one-shot' }))
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  })

  it('is cleared up where the times were cut alike, or are not told', async () => {
    await using doubt = await inDoubt({ keys: { timeStep: 'hour' } }, { endsAt: '2026-11-25T11:40:00Z' })
    const { desk, orderId } = doubt
    desk.system.place('1', guestKey({ isValid: null, copy: null, serialNumber: null }))
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'encoded',
      uid: null,
      keys: { serialNumbers: [], remark: expect.stringContaining('whole hours') as string },
    })
  })

  it('stays unknown at once where the lock system knows the doors by itself: a reading names no rooms', async () => {
    await using doubt = await inDoubt({ keys: { rooms: 0 } })
    await doubt.desk.settled()
    expect(doubt.desk.sessions.view(doubt.orderId)?.ending).toMatchObject({ kind: 'unknown' })
    expect(doubt.desk.system.readings).toBe(0)
  })

  it('is read on a new lease when the link is lost between two readings', async () => {
    await using doubt = await inDoubt()
    const { desk, orderId } = doubt
    await desk.settled()
    expect(desk.system.readings).toBe(1)
    desk.encoders.lose()
    desk.encoders.comeBack()
    desk.system.place('1', guestKey())
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  })

  it('waits for a link that was lost, tells so, and reads then', async () => {
    await using desk = await openLockDesk()
    desk.system.next({ does: 'wait' })
    const orderId = desk.order()
    await desk.settled()
    desk.encoders.lose()
    desk.system.place('1', guestKey())
    await desk.settled()
    expect(desk.sessions.view(orderId)).toMatchObject({
      state: 'recovering',
      prompt: expect.stringContaining('Encoder 1 is not connected') as string,
    })
    desk.encoders.comeBack()
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
    expect(desk.system.heard).toHaveLength(1)
  })

  it('may be given up by the clerk', async () => {
    await using doubt = await inDoubt()
    const { desk, orderId } = doubt
    await desk.reaches(orderId, 'recovering')
    expect(desk.sessions.cancel(orderId)).toBe(true)
    expect(await desk.ending(orderId)).toMatchObject({ kind: 'unknown', code: 'outcome_unknown' })
  })

  it('lets the next order have the encoder once it has ended', async () => {
    await using doubt = await inDoubt()
    const { desk, orderId } = doubt
    const next = desk.order()
    await desk.ending(orderId)
    expect(await desk.ending(next)).toMatchObject({ kind: 'encoded', proof: 'confirmed' })
  })
})

describe('after a crash', () => {
  it('a command that went out is never given again; its key is read', async () => {
    await using before = await openLockDesk()
    before.system.next({ does: 'wait' })
    const orderId = before.order()
    await before.settled()
    await using after = await before.restart()
    after.system.place('1', guestKey())
    expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
    expect(after.system.heard).toHaveLength(1)
  })

  it.each<[string, LockDeskOptions]>([
    ['the lock system reads no keys', { keys: { reads: false } }],
    ['the encoder is no longer configured', { isWithoutEncoders: true }],
  ])('a command stays unknown at once where %s', async (_, change) => {
    await using before = await openLockDesk()
    before.system.next({ does: 'wait' })
    const orderId = before.order()
    await before.settled()
    await using after = await before.restart(change)
    await after.settled()
    expect(after.sessions.view(orderId)?.ending).toMatchObject({
      kind: 'unknown',
      code: 'outcome_unknown',
      detail: expect.stringContaining('The bridge stopped') as string,
    })
  })

  it('an order that had not gone out goes on', async () => {
    await using before = await openLockDesk()
    before.encoders.lose()
    const orderId = before.order()
    await before.settled()
    await using after = await before.restart()
    expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded' })
    expect(after.system.heard).toHaveLength(1)
  })

  it('between two keys the confirmed one is told, and no further one is made', async () => {
    await using before = await openLockDesk({ keys: { copiesAtOnce: 1 } })
    before.system.next(
      { does: 'obey', serials: ['04A1B2C3'], remark: 'Batteries are low.' },
      { does: 'standInLine' },
    )
    const orderId = before.order({ copies: 2 })
    await before.settled()
    expect(before.journal.entry(orderId)).toMatchObject({ phase: 'verified', intent: { made: 1 } })
    await using after = await before.restart()
    expect(await after.ending(orderId)).toMatchObject({
      kind: 'encoded',
      uid: '04A1B2C3',
      keys: { made: 1, wanted: 2, shortfall: { code: 'write_interrupted' }, remark: 'Batteries are low.' },
    })
    expect(after.system.heard).toHaveLength(1)
  })
})
