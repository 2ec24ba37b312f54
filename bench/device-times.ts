import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { type Daemon, type Desk, openDesk, waitUntil } from './desk.ts'
import { followEvents } from './follow-events.ts'
import { processorMs } from './processor-time.ts'
import { createRow, type Row } from './row.ts'

const IDLE_ENCODERS = 4
const IDLE_MS = 15_000
const IDLE_TURNS = 3
const IDLE_LIMIT_PERCENT = 1
const PLUGS = 7
const UNPLUGGED_LIMIT_MS = 1000
const PLUGGED_LIMIT_MS = 2000
const CARDS = 60
/**
 * A PN532 that waits for a card looks every 40 ms, and the look that finds one takes 5 ms (drivers/pn532): whatever a card
 * waits longer than this is ours.
 */
const POLLING_MS = 45
const PRESENTED_LIMIT_MS = POLLING_MS + 5

const stateOf = async (daemon: Daemon): Promise<string> => {
  const { encoders } = (await daemon.get('/v1/encoders')) as { encoders: { state: string }[] }
  return encoders[0]?.state ?? ''
}

const measureIdle = async (): Promise<Row> => {
  await using desk = await openDesk({ encoders: IDLE_ENCODERS, time: 'coarse' })
  const daemon = await desk.startWhole()
  const percents: number[] = []
  for (let turn = 0; turn < IDLE_TURNS; turn += 1) {
    const [startedMs, usedMs] = [performance.now(), processorMs(daemon.pid)]
    await pause(IDLE_MS)
    const now = processorMs(daemon.pid)
    if (usedMs === null || now === null) throw new Error('This system does not tell the time of a process.')
    percents.push(((now - usedMs) * 100) / (performance.now() - startedMs))
  }
  return createRow(
    { name: `idle with ${IDLE_ENCODERS} devices, of one core`, unit: '%', limit: IDLE_LIMIT_PERCENT },
    percents,
  )
}

/** How long it takes until the daemon says so, as somebody sees it who asks every few milliseconds. */
const timeUntil = async (daemon: Daemon, isSo: (state: string) => boolean): Promise<number> => {
  const startedMs = performance.now()
  await waitUntil(async () => isSo(await stateOf(daemon)), 5)
  return performance.now() - startedMs
}

const measurePlugs = async (desk: Desk, daemon: Daemon): Promise<readonly Row[]> => {
  const [encoder] = desk.encoders
  const gone: number[] = []
  const back: number[] = []
  for (let plug = 0; plug < PLUGS; plug += 1) {
    await encoder?.unplug()
    gone.push(await timeUntil(daemon, (state) => state !== 'ready'))
    await pause(300)
    await encoder?.plug()
    back.push(await timeUntil(daemon, (state) => state === 'ready'))
  }
  return [
    createRow({ name: 'unplugged to seen', unit: 'ms', limit: UNPLUGGED_LIMIT_MS }, gone),
    createRow({ name: 'plugged in to usable', unit: 'ms', limit: PLUGGED_LIMIT_MS }, back),
  ]
}

const measurePresented = async (desk: Desk, daemon: Daemon): Promise<Row> => {
  const [encoder] = desk.encoders
  const delays: number[] = []
  using events = await followEvents(daemon)
  for (let card = 0; card < CARDS; card += 1) {
    const uid = `DE0000${(card + 16).toString(16)}`.toUpperCase()
    const { order_id: orderId } = await daemon.post('/v1/scans', {})
    await waitUntil(async () => {
      const session = await daemon.get(`/v1/sessions/${String(orderId)}`)
      return session['state'] === 'waiting_for_card'
    }, 5)
    // Not in step with the reader's looks.
    await pause(10 + ((card * 17) % 45))
    const presented = events.next('card.presented')
    const placedMs = performance.now()
    await encoder?.placeCard(uid)
    delays.push((await presented) - placedMs)
    await waitUntil(async () => (await stateOf(daemon)) === 'ready', 5)
    await encoder?.removeCard(uid)
  }
  return createRow(
    { name: 'card placed to card.presented', unit: 'ms', judged: 'p99', limit: PRESENTED_LIMIT_MS },
    delays,
  )
}

/** What devices cost while nobody needs them, and how soon the daemon knows what became of them and of cards. */
export const measureDeviceTimes = async (): Promise<readonly Row[]> => {
  const idle = await measureIdle()
  await using desk = await openDesk({ encoders: 1 })
  const daemon = await desk.startWhole()
  return [idle, ...(await measurePlugs(desk, daemon)), await measurePresented(desk, daemon)]
}
