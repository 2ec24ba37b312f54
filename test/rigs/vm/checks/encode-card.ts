import { deepEqual, equal } from 'node:assert/strict'
import type { Emulator } from '../../../../src/contract/emulator.ts'
import type { Desk } from '../desk.ts'

/** The blocks that the layout `demo` writes on a 1K card. */
export const recordBlocks = [4, 5, 6] as const

type Field = Pick<Emulator, 'placeCard' | 'removeCard' | 'dumpCard' | 'countWrites'>

/** Puts a factory-fresh card in place of whatever lies there. */
export const placeCard = (field: Field, uid: string): void => {
  field.removeCard()
  field.placeCard({ type: 'classic1k', uid })
}

export const countWritesTo = (field: Field, uid: string): number =>
  field.countWrites(uid).reduce((sum, count) => sum + count, 0)

/** The credential's id as a record holds it: bytes 4 to 19 from block 4 on (src/cards/layouts/demo-record.ts). */
const credentialOn = (field: Field, uid: string): string => {
  const record = Buffer.from(field.dumpCard(uid)).subarray(recordBlocks[0] * 16)
  return record.subarray(0, 3).toString('hex') === '454201' ? record.subarray(4, 20).toString('hex') : ''
}

/** Encodes the card that lies there, and holds what the hub says of it against what is on it. */
export const encodeCard = async (
  desk: Desk,
  encoder: string,
  field: Field,
  uid: string,
  accessMethod: string,
): Promise<void> => {
  const { status, error } = await desk.ending(await desk.encode(encoder, accessMethod))
  deepEqual({ status, error }, { status: 'success', error: null })
  equal((await desk.accessMethod(accessMethod)).is_issued, true)
  equal(credentialOn(field, uid), (await desk.credentialOf(accessMethod)).replaceAll('-', ''))
}

/** Waits for the truth about an order whose write was cut short. */
export const expectInterrupted = async (desk: Desk, order: string, accessMethod: string): Promise<void> => {
  const { status, error } = await desk.ending(order)
  deepEqual([status, error?.type], ['error', 'encoding_interrupted'])
  const { is_issued, is_encoding_required } = await desk.accessMethod(accessMethod)
  deepEqual([is_issued, is_encoding_required], [false, true])
}
