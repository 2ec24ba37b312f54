import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import type { Journal, OutboxItem } from '../../src/contract/journal.ts'
import { createOutbox, type OutboxSettings } from '../../src/seam/outbox.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { encoded, ENCODER_ID, endOrder, isConnected, openDesk } from './desk.ts'
import { openFakeHub } from './fake-hub.ts'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300)

/** The outbox's share of a journal, on a disk of its own: it survives the outbox. */
const createDisk = () => {
  let items: OutboxItem[] = []
  let lastId = 0
  const observers = new Set<() => void>()
  const journal: OutboxSettings['journal'] = {
    waiting: (limit) => items.slice(0, limit),
    onReport: (observer) => {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    entry: () => null,
    acknowledge: (id) => {
      items = items.filter((item) => item.id !== id)
    },
    refuse: () => {
      throw new Error('This hub refuses nothing.')
    },
  } satisfies Partial<Journal>
  const add = (orderId: string): void => {
    lastId += 1
    const createdAt = '2026-06-01T12:00:00.000Z'
    items.push({
      id: lastId,
      orderId: OrderId.parse(orderId),
      createdAt,
      encoderId: ENCODER_ID,
      ending: encoded,
    })
    for (const observer of observers) observer()
  }
  return { journal, add, left: () => items.length }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'report' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'connect' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'cut' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 40_000 }) }) },
  // An acknowledgement of anything that this hub ever heard, in any order, as often as it likes.
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('ack' as const), which: fc.nat() }) },
)

test('whatever is lost, repeated, reordered or restarted, every result arrives, and first arrivals are in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = createFakeClock()
      const disk = createDisk()
      const logger = { info: () => {}, warn: () => {}, debug: () => {} }
      const heard: { id: string; orderId: string }[] = []
      let reported = 0
      const open = () => createOutbox({ journal: disk.journal, clock, logger })
      let outbox = open()
      const connect = (): void =>
        outbox.attach(({ id, body }) => void heard.push({ id, orderId: body.order_id }))

      for (const next of steps) {
        if (next.kind === 'report') disk.add(`order-${(reported += 1)}`)
        if (next.kind === 'connect') connect()
        if (next.kind === 'cut') outbox.detach()
        if (next.kind === 'wait') await clock.advance(next.ms)
        if (next.kind === 'restart') {
          outbox.close()
          outbox = open()
        }
        const said = next.kind === 'ack' ? heard[next.which % Math.max(1, heard.length)] : undefined
        if (said !== undefined) outbox.onAck({ of: said.id, accepted: true })
      }
      // In the end a healthy hub, which acknowledges what it hears.
      connect()
      for (let round = 0; disk.left() > 0 && round <= reported; round += 1) {
        const last = heard.at(-1)
        if (last !== undefined) outbox.onAck({ of: last.id, accepted: true })
      }
      outbox.close()

      const arrivals = [...new Set(heard.map(({ orderId }) => orderId))]
      expect(arrivals).toEqual(Array.from({ length: reported }, (_, index) => `order-${index + 1}`))
      expect(new Set(heard.map(({ id }) => id)).size).toBe(reported)
      expect(disk.left()).toBe(0)
      expect(clock.pendingTimers).toBe(0)
    }),
    { numRuns: RUNS },
  )
}, 120_000)

const mishap = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('report' as const) },
  { weight: 2, arbitrary: fc.constantFrom('drop' as const, 'restart' as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'lose acks' as const,
      'repeat acks' as const,
      'acknowledge the past' as const,
      'cut after result' as const,
      'behave' as const,
    ),
  },
)

test('over real sockets too: cuts, restarts, lost and repeated acknowledgements lose no result', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mishap, { minLength: 5, maxLength: 25 }), async (mishaps) => {
      const hub = await openFakeHub()
      using desk = openDesk(hub.endpoint)
      const reconnect = async (): Promise<void> => {
        for (;;) {
          const view = await desk.until(({ state }) => state === 'connected' || state === 'waiting')
          if (view.state === 'connected') return
          await desk.clock.advance(500)
        }
      }
      let reported = 0
      for (const next of mishaps) {
        if (next === 'report') {
          const result = hub.next('result')
          endOrder(desk.journal, `order-${(reported += 1)}`)
          await Promise.race([result, desk.until(isConnected)])
        }
        if (next === 'drop') hub.drop()
        if (next === 'restart') desk.restart()
        if (next === 'lose acks') hub.manners.onResult = () => {}
        if (next === 'behave') hub.manners.onResult = (message) => hub.acknowledge(message.id)
        if (next === 'cut after result') hub.manners.onResult = () => hub.drop()
        if (next === 'repeat acks') {
          hub.manners.onResult = ({ id }) => [id, id, id].forEach((of) => hub.acknowledge(of))
        }
        if (next === 'acknowledge the past') {
          hub.manners.onResult = () => {
            for (const message of hub.heard) if (message.type === 'result') hub.acknowledge(message.id)
          }
        }
        await reconnect()
      }
      hub.manners.onResult = (message) => hub.acknowledge(message.id)
      const { acknowledge } = desk.journal
      const delivered = new Promise<void>((resolve) => {
        const look = (): void => void (desk.journal.outboxFigures().waiting === 0 && resolve())
        desk.journal.acknowledge = (id) => {
          acknowledge(id)
          look()
        }
        look()
      })
      desk.restart()
      await delivered
      const arrivals = hub.heard.flatMap((message) =>
        message.type === 'result' ? [message.body.order_id] : [],
      )
      expect([...new Set(arrivals)]).toEqual(
        Array.from({ length: reported }, (_, index) => `order-${index + 1}`),
      )
      await hub.close()
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  )
}, 120_000)
