import type { OrderId } from 'encoder-bridge/driver'
import type { Ending } from '../../src/contract/outcome.ts'
import type { SessionState, SessionView } from '../../src/contract/session-view.ts'
import type { Desk } from './desk.ts'

/** The blocks of the demo layout's record. */
const recordBlocks = [4, 5, 6]

/** Acts the moment that a session shows the state, before any byte of its work there has crossed the line. */
export const at = (desk: Desk, state: SessionState, act: (view: SessionView) => void): void => {
  const stop = desk.sessions.onChange((view) => {
    if (view.state !== state) return
    stop()
    act(view)
  })
}

/** How often each block of the record was written. */
export const recordWrites = (desk: Desk, uid: string): readonly number[] => {
  const counts = desk.emulators[0]?.countWrites(uid) ?? []
  return recordBlocks.map((block) => counts[block] ?? 0)
}

/** The blocks of the record as the card holds them, hexadecimal. */
export const recordOf = (desk: Desk, uid: string): readonly string[] => {
  const memory = Buffer.from(desk.emulators[0]?.dumpCard(uid) ?? [])
  return recordBlocks.map((block) => memory.subarray(block * 16, block * 16 + 16).toString('hex'))
}

/** The reports on an order that wait for the hub. */
export const reportsOf = (desk: Desk, orderId: OrderId): readonly Ending[] =>
  desk.journal
    .waiting(1000)
    .filter((item) => item.orderId === orderId)
    .map((item) => item.ending)
