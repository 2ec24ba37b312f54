import { describe, expect } from 'vitest'
import type { HubContext } from '../../src/hub/context.ts'
import { emit } from '../../src/hub/events.ts'
import { createCourier } from '../../src/hub/webhook-courier.ts'
import { openBareHub } from './bare-hub.ts'
import { test } from './hub-fixture.ts'
import { openReceiver, typesOf } from './webhook-receiver.ts'

const addWebhook = (hub: HubContext, url: string, webhook_id = 'webhook-1'): void =>
  hub.store.webhooks.insert({
    webhook_id,
    workspace_id: 'workspace-1',
    url,
    event_types: ['*'],
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    created_at: '2026-11-23T12:00:00.000Z',
  })

const tell = (hub: HubContext): void =>
  hub.store.transaction(() =>
    emit(hub, 'workspace-1', 'access_grant.created', { access_grant_id: 'grant-1' }),
  )

/** The schedule of https://docs.svix.com/retries: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h. */
const waitsSeconds = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600]

describe('a delivery', () => {
  test('that fails is tried eight times under one id, longer and longer apart, and then given up', async ({
    dataDir,
  }) => {
    await using bare = openBareHub(dataDir)
    const { hub, clock } = bare
    await using receiver = await openReceiver(() => 503)
    addWebhook(hub, receiver.url)
    tell(hub)
    const courier = createCourier(hub)
    const attempt = async (): Promise<number> => {
      courier.wake()
      await courier.idle()
      return receiver.received.length
    }
    expect(await attempt()).toBe(1)
    for (const [index, seconds] of waitsSeconds.entries()) {
      clock.advance(seconds * 1000 - 1)
      expect(await attempt()).toBe(index + 1)
      clock.advance(1)
      expect(await attempt()).toBe(index + 2)
    }
    clock.advance(365 * 86_400_000)
    expect(await attempt()).toBe(8)
    expect(hub.store.deliveries.all({})).toEqual([])
    const ids = receiver.received.map(({ headers }) => headers['svix-id'])
    expect(new Set(ids).size).toBe(1)
    const times = receiver.received.map(({ headers }) => Number(headers['svix-timestamp']))
    expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual(waitsSeconds)
  })

  test.for([200, 202, 204])('that is answered with %i has arrived', async (status, { dataDir }) => {
    await using bare = openBareHub(dataDir)
    await using receiver = await openReceiver(() => status)
    addWebhook(bare.hub, receiver.url)
    tell(bare.hub)
    const courier = createCourier(bare.hub)
    courier.wake()
    await courier.idle()
    expect(bare.hub.store.deliveries.all({})).toEqual([])
  })

  test.for([302, 400, 404, 410, 500])(
    'that is answered with %i is tried again',
    async (status, { dataDir }) => {
      await using bare = openBareHub(dataDir)
      await using receiver = await openReceiver(() => status)
      addWebhook(bare.hub, receiver.url)
      tell(bare.hub)
      const courier = createCourier(bare.hub)
      courier.wake()
      await courier.idle()
      // A redirection is not followed.
      expect(receiver.received).toHaveLength(1)
      expect(bare.hub.store.deliveries.all({})).toMatchObject([{ attempts: 1 }])
    },
  )

  test('that fails leaves no secret, no address and no PIN in the log', async ({ dataDir }) => {
    const log: string[] = []
    await using bare = openBareHub(dataDir, log)
    await using receiver = await openReceiver(() => 500)
    addWebhook(bare.hub, `${receiver.url}?token=4f5e6d`)
    bare.hub.store.transaction(() =>
      emit(bare.hub, 'workspace-1', 'access_method.issued', { code: '908172635' }),
    )
    const courier = createCourier(bare.hub)
    courier.wake()
    await courier.idle()
    expect(receiver.received[0]?.body).toContain('908172635')
    expect(log.join()).toContain('webhook not delivered')
    expect(log.join()).not.toMatch(/MfKQ9r8|908172635|4f5e6d/)
  })

  test('without an answer within 15 seconds is tried again', async ({ dataDir }) => {
    await using bare = openBareHub(dataDir)
    await using receiver = await openReceiver(() => null)
    addWebhook(bare.hub, receiver.url)
    tell(bare.hub)
    const courier = createCourier(bare.hub)
    courier.wake()
    await receiver.count(1)
    bare.clock.advance(14_999)
    expect(bare.hub.store.deliveries.all({})).toMatchObject([{ attempts: 0 }])
    bare.clock.advance(1)
    await courier.idle()
    expect(bare.hub.store.deliveries.all({})).toMatchObject([
      { attempts: 1, due_at: '2026-11-23T12:00:20.000Z' },
    ])
  })

  test('to a webhook that is gone meanwhile is forgotten', async ({ dataDir }) => {
    await using bare = openBareHub(dataDir)
    const { store } = bare.hub
    await using receiver = await openReceiver(() => 500)
    addWebhook(bare.hub, receiver.url)
    tell(bare.hub)
    const courier = createCourier(bare.hub)
    courier.wake()
    store.webhooks.delete({ webhook_id: 'webhook-1' })
    store.deliveries.delete({ webhook_id: 'webhook-1' })
    await courier.idle()
    expect(store.deliveries.all({})).toEqual([])
  })
})

describe('the events that wait for a webhook', () => {
  test('are ten thousand at most: the oldest gives way', async ({ dataDir }) => {
    await using bare = openBareHub(dataDir)
    const { hub } = bare
    addWebhook(hub, 'http://127.0.0.1:9/seam')
    hub.store.transaction(() => {
      for (let event = 0; event < 10_000; event++) {
        hub.store.deliveries.insert({
          webhook_id: 'webhook-1',
          event_id: `event-${event}`,
          attempts: 0,
          due_at: '2026-11-24T00:00:00.000Z',
        })
      }
    })
    tell(hub)
    const waiting = hub.store.deliveries.all({ webhook_id: 'webhook-1' })
    expect(waiting).toHaveLength(10_000)
    expect(waiting[0]?.event_id).toBe('event-1')
  })

  test('come in their order, four at once', async ({ dataDir }) => {
    await using bare = openBareHub(dataDir)
    await using receiver = await openReceiver(() => null)
    addWebhook(bare.hub, receiver.url)
    for (let event = 0; event < 6; event++) tell(bare.hub)
    const courier = createCourier(bare.hub)
    courier.wake()
    courier.wake()
    await receiver.count(4)
    await courier.close()
    expect(typesOf(receiver.received)).toHaveLength(4)
    expect(bare.hub.store.deliveries.all({})).toHaveLength(6)
  })
})
