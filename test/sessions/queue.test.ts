import { expect, it } from 'vitest'
import type { OrderId } from 'encoder-bridge/driver'
import { openDesk } from './desk.ts'

const uids = ['A0000001', 'A0000002', 'A0000003', 'A0000004', 'A0000005', 'A0000006', 'A0000007', 'A0000008']

it('serves the orders of one encoder in the order in which they came', async () => {
  await using desk = await openDesk()
  const ended: OrderId[] = []
  desk.sessions.onChange((view) => {
    if (view.state === 'ended') ended.push(view.orderId)
  })
  const orders = [desk.scan(), desk.scan(), desk.scan(), desk.scan()]
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: 'DEADBEEF' })
  for (const orderId of orders) await desk.ending(orderId)
  expect(ended).toEqual(orders)
})

it('shows who holds an encoder', async () => {
  await using desk = await openDesk()
  const orderId = desk.scan({ orderedBy: 'Night audit' })
  await desk.reaches(orderId, 'waitingForCard')
  expect(desk.encoders.list()[0]).toMatchObject({ state: 'leased', lease: { orderId, owner: 'Night audit' } })
})

it('gives an order for a pool to the encoder that is free', async () => {
  await using desk = await openDesk({ encoders: 2 })
  const first = desk.scan()
  await desk.reaches(first, 'waitingForCard')
  desk.emulators[1]?.placeCard({ type: 'classic1k', uid: 'DEADBEEF' })
  const pooled = desk.scan({ encoderIds: [...desk.encoderIds] })
  await desk.ending(pooled)
  expect(desk.sessions.view(pooled)?.encoderId).toBe(desk.encoderIds[1])
})

it('takes an encoder over only from the order that is believed to hold it', async () => {
  await using desk = await openDesk()
  const first = desk.scan()
  await desk.reaches(first, 'waitingForCard')
  const second = desk.scan()
  const [encoderId] = desk.encoderIds
  if (encoderId === undefined) throw new Error('no encoder')
  expect(desk.encoders.takeOver(encoderId, second)).toBe(false)
  expect(desk.encoders.takeOver(encoderId, first)).toBe(true)
  await desk.reaches(second, 'waitingForCard')
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: 'DEADBEEF' })
  await desk.ending(second)
  expect(await desk.ending(first)).toMatchObject({ kind: 'scanned' })
})

it('rejects an order for an encoder that is not here', async () => {
  await using desk = await openDesk()
  const orderId = desk.scan({ encoderIds: ['0b8f9a3e-6f0e-4a55-9d3c-222233334444' as never] })
  expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'encoder_unknown' })
})

it('serves a thousand orders on eight encoders in order, each on its own encoder only', async () => {
  await using desk = await openDesk({ encoders: 8 })
  for (const [index, uid] of uids.entries()) desk.emulators[index]?.placeCard({ type: 'classic1k', uid })
  const ended = new Map<string, OrderId[]>()
  const uidsSeen = new Map<string, Set<string>>()
  desk.sessions.onChange(({ state, encoderId, orderId, ending }) => {
    if (state !== 'ended' || encoderId === null || ending?.kind !== 'scanned') return
    ended.set(encoderId, [...(ended.get(encoderId) ?? []), orderId])
    uidsSeen.set(encoderId, (uidsSeen.get(encoderId) ?? new Set()).add(ending.uid ?? ''))
  })
  const ordered = new Map<string, OrderId[]>()
  for (let count = 0; count < 1000; count += 1) {
    const encoderId = desk.encoderIds[count % 8]
    if (encoderId === undefined) throw new Error('no encoder')
    const orderId = desk.scan({ encoderIds: [encoderId] })
    ordered.set(encoderId, [...(ordered.get(encoderId) ?? []), orderId])
  }
  for (const orders of ordered.values()) for (const orderId of orders) await desk.ending(orderId)
  expect(ended).toEqual(ordered)
  expect([...uidsSeen.values()].map((seen) => [...seen])).toEqual(
    desk.encoderIds.map((_, index) => [uids[index]]),
  )
}, 60_000)
