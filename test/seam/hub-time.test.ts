import { expect, test } from 'vitest'
import { channelOrder, isConnected, openDesk } from './desk.ts'
import { HUB_TIME, openFakeHub } from './fake-hub.ts'

test('a connection that outlives drifting clocks, or several short sleeps, takes the hub’s time from every pong', async () => {
  const hub = await openFakeHub()
  using desk = openDesk(hub.endpoint)
  await desk.until(isConnected)
  // The monotonic clock stood still for three minutes; wall clock and hub agree.
  const sleptMs = 180_000
  desk.views.skewMs = sleptMs
  hub.manners.time = () => new Date(Date.parse(HUB_TIME) + sleptMs + desk.clock.now()).toISOString()
  const order = async (order_id: string, fence: number) => {
    hub.send({ type: 'order', body: channelOrder({ order_id, fence }) })
    return (await hub.next('ack')).body
  }
  expect(await order('order-1', 1)).toMatchObject({ accepted: false, code: 'clock_skewed' })
  await desk.clock.advance(20_000)
  await hub.next('ping')
  expect(await order('order-2', 2)).toMatchObject({ accepted: true })
  expect(desk.link().view()).toMatchObject({ clockSkewMs: 0, error: null })
  await hub.close()
})
