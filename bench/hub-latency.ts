import { createServer, connect, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { EncoderId, OrderId } from 'encoder-bridge/driver'
import type { Journal } from '../src/contract/journal.ts'
import { openJournal } from '../src/journal/journal.ts'
import { openLink, type Link } from '../src/seam/link.ts'
import { systemClock } from '../src/service/system-clock.ts'
import { readyEncoder } from '../test/seam/desk.ts'
import { waitUntil } from './desk.ts'
import { openHubProcess, type PairedBridge } from './hub-process.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const ORDERS = 250

/** A way to the hub through which no WebSocket goes: bytes pass as they are, but for requests that would become one. */
const openPlainWay = async (endpoint: string): Promise<{ endpoint: string; close(): void }> => {
  const { port } = new URL(endpoint)
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('data', (first: Buffer) => {
      if (first.toString('latin1').startsWith('GET /bridge/v1/channel')) return void socket.destroy()
      const hub = connect(Number(port), '127.0.0.1')
      open.add(hub)
      hub.write(first)
      socket.pipe(hub)
      hub.pipe(socket)
    })
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

/** The link of a desk over its real journal, which tells when it holds an order. */
const openDeskEnd = (folder: string, hubEndpoint: string, bridge: PairedBridge) => {
  const opened = openJournal({ path: join(folder, 'journal.db') })
  const encoderId = EncoderId.parse(bridge.encoderId)
  const held = new Map<string, number>()
  const waiting = new Map<string, () => void>()
  const { bridgeId, acsSystemId, token } = bridge
  opened.setPairing({ hubEndpoint, bridgeId, acsSystemId, token, machine: [] })
  const journal: Journal = {
    ...opened,
    accept: (order) => {
      const verdict = opened.accept(order)
      held.set(order.orderId, performance.now())
      waiting.get(order.orderId)?.()
      return verdict
    },
  }
  const link: Link = openLink({
    journal,
    encoders: { list: () => [{ ...readyEncoder, encoderId }], onChange: () => () => undefined },
    sessions: { cancel: () => false, view: () => null, list: () => [], onChange: () => () => undefined },
    machineMarks: () => [],
    endpointOverride: null,
    network: { ca: null, proxy: null, noProxy: '' },
    version: '0.0.0',
    clock: systemClock,
    wallClock: () => new Date(),
    random: () => 0,
    logger: { info: () => undefined, warn: () => undefined, debug: () => undefined },
  })
  return {
    link,
    heldAt: async (orderId: string): Promise<number> => {
      if (!held.has(orderId)) await new Promise<void>((resolve) => waiting.set(orderId, resolve))
      return held.get(orderId) ?? 0
    },
    finish: (orderId: string): void => {
      const ending = { kind: 'untouched', code: 'card_timeout', detail: null, uid: null } as const
      opened.end(OrderId.parse(orderId), encoderId, ending)
    },
    close: () => {
      link.close()
      opened.close()
    },
  }
}

const measure = async (transport: 'websocket' | 'polling'): Promise<Row> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-link-'))
  await using hub = await openHubProcess(1, 1)
  const [bridge] = hub.bridges
  if (bridge === undefined) throw new Error('No bridge is paired.')
  const way = await openPlainWay(hub.endpoint)
  const desk = openDeskEnd(folder, transport === 'polling' ? way.endpoint : hub.endpoint, bridge)
  try {
    await waitUntil(async () => desk.link.view().transport === transport)
    const delays: number[] = []
    const requests: number[] = []
    for (let count = 0; count < ORDERS; count += 1) {
      const askedMs = performance.now()
      await hub.post(bridge.apiKey, '/workspaces/get', {})
      const orderedMs = performance.now()
      requests.push(orderedMs - askedMs)
      const answer = await hub.post(bridge.apiKey, '/acs/encoders/scan_credential', {
        acs_encoder_id: bridge.encoderId,
      })
      const { action_attempt } = answer as { action_attempt: { action_attempt_id: string } }
      const orderId = action_attempt.action_attempt_id
      delays.push((await desk.heldAt(orderId)) - orderedMs)
      desk.finish(orderId)
    }
    const request = { name: 'one request beside it', value: summarize(requests).p99 }
    const name = `order at the hub to the desk's journal, ${transport === 'polling' ? 'long polling' : 'WebSocket'}`
    return createRow({ name, unit: 'ms', judged: 'p99', comparison: request }, delays)
  } finally {
    desk.close()
    way.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * From the request that orders a scan to the moment when the desk's journal holds the order, both ends' commits included.
 * The hub is a process of its own; the desk's end of the channel runs here.
 */
export const measureHubLatency = async (): Promise<readonly Row[]> => [
  await measure('websocket'),
  await measure('polling'),
]
