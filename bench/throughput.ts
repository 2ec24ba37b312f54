import { type Daemon, openDesk, waitUntil } from './desk.ts'
import { processorMs } from './processor-time.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const ENCODERS = 8
const ORDERS_EACH = 25
const TURNS = 5
/** Orders a second from the first acceptance to the last ending, as the audit trail has them. */
const serve = async (daemon: Daemon, encoders: readonly string[]): Promise<number> => {
  const ordered = new Set<unknown>()
  for (let order = 0; order < ORDERS_EACH; order += 1) {
    for (const encoder of encoders) ordered.add((await daemon.post('/v1/scans', { encoder }))['order_id'])
  }
  await waitUntil(async () => {
    const { sessions } = (await daemon.get('/v1/status')) as { sessions: unknown[] }
    return sessions.length === 0
  })
  const lines = (await daemon.audit()).filter((line) => ordered.has(line.order_id))
  const instants = lines.map(({ at }) => Date.parse(at))
  return (ordered.size * 1000) / (Math.max(...instants) - Math.min(...instants))
}

/**
 * Scans of a card that stays, on one encoder and on eight of the same daemon in turns. The emulators keep coarse time: eight
 * that spin would measure how many processors the machine has.
 */
export const measureThroughput = async (): Promise<readonly Row[]> => {
  await using desk = await openDesk({ encoders: ENCODERS, time: 'coarse', layout: 'image' })
  for (const [index, encoder] of desk.encoders.entries()) await encoder.placeCard(`A000000${index}`)
  const daemon = await desk.startWhole()
  const names = desk.encoders.map(({ name }) => name)
  const one: number[] = []
  const eight: number[] = []
  const processor: number[] = []
  for (let turn = 0; turn < TURNS; turn += 1) {
    one.push(await serve(daemon, names.slice(0, 1)))
    const before = processorMs(daemon.pid)
    eight.push(await serve(daemon, names))
    const after = processorMs(daemon.pid)
    if (before !== null && after !== null) processor.push((after - before) / (ORDERS_EACH * ENCODERS))
  }
  const single = { name: 'one encoder', value: summarize(one).median }
  return [
    createRow({ name: 'scans, one encoder', unit: '1/s' }, one),
    createRow({ name: 'scans, eight encoders', unit: '1/s', comparison: single }, eight),
    ...(processor.length === 0
      ? []
      : [createRow({ name: '  processor time of the daemon a scan', unit: 'ms' }, processor)]),
  ]
}
