/**
 * The 48 bytes of a demo record, big-endian:
 *
 *     0  "EB"     2  version 1     3  key version     4  credential id, 16 bytes
 *    20  card number, u64    28  starts, u32    32  ends, u32    36  MAC, 12 bytes
 *
 * Times are whole seconds since 1970 in UTC; an end of FFFFFFFF is none.
 * The MAC is HMAC-SHA256 over UID and bytes 0 to 35, cut to 12 bytes (RFC 2104 §5 allows a cut to half or more of the
 * output or 80 bits). The record's length is fixed, so that UID and record can't be shifted against each other.
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CardContent } from '../../contract/card-content.ts'
import { BridgeError } from '../../contract/errors.ts'
import type { CardUid } from '../../contract/ids.ts'
import type { SiteKeys } from '../../contract/site-keys.ts'
import type { CardReading } from './layout.ts'

export const recordSizeBytes = 48
const MAC_OFFSET = 36
const MAGIC = 0x4542
const VERSION = 1
const NO_END = 0xffffffff

export const encodeRecord = (content: CardContent, uid: CardUid, siteKeys: SiteKeys): Uint8Array => {
  const key = siteKeys.keys.get(siteKeys.current)
  if (key === undefined) throw new BridgeError('not_paired', 'The site key for new cards is missing.')
  const record = new Uint8Array(recordSizeBytes)
  const view = new DataView(record.buffer)
  const credential = credentialHalves(content.credentialId)
  view.setUint16(0, MAGIC)
  view.setUint8(2, VERSION)
  view.setUint8(3, siteKeys.current)
  view.setBigUint64(4, credential.high)
  view.setBigUint64(12, credential.low)
  view.setBigUint64(20, cardNumber(content.cardNumber))
  view.setUint32(28, seconds(content.startsAt, 'start'))
  view.setUint32(32, content.endsAt === null ? NO_END : seconds(content.endsAt, 'end'))
  record.set(mac(record, uid, key), MAC_OFFSET)
  return record
}

export const decodeRecord = (record: Uint8Array, uid: CardUid, siteKeys: SiteKeys): CardReading => {
  if (record.every((byte) => byte === 0)) return { kind: 'blank' }
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  if (view.byteLength !== recordSizeBytes || view.getUint16(0) !== MAGIC) return foreign('magic')
  if (view.getUint8(2) !== VERSION) return foreign('version')
  const keyVersion = view.getUint8(3)
  const key = siteKeys.keys.get(keyVersion)
  if (key === undefined) return foreign('keyVersion')
  if (!timingSafeEqual(mac(record, uid, key), record.subarray(MAC_OFFSET))) return foreign('mac')
  const endsAt = view.getUint32(32)
  return {
    kind: 'record',
    keyVersion,
    record: {
      credentialId: uuid(view.getBigUint64(4), view.getBigUint64(12)),
      cardNumber: view.getBigUint64(20).toString(),
      startsAt: isoTime(view.getUint32(28)),
      endsAt: endsAt === NO_END ? null : isoTime(endsAt),
    },
  }
}

const foreign = (reason: 'magic' | 'version' | 'keyVersion' | 'mac'): CardReading => ({
  kind: 'foreign',
  reason,
})

const mac = (record: Uint8Array, uid: CardUid, key: Uint8Array): Uint8Array =>
  createHmac('sha256', key)
    .update(uid, 'hex')
    .update(record.subarray(0, MAC_OFFSET))
    .digest()
    .subarray(0, recordSizeBytes - MAC_OFFSET)

const credentialHalves = (id: string): { high: bigint; low: bigint } => {
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) {
    throw new BridgeError('order_invalid', 'The credential id is no UUID.')
  }
  const digits = id.replaceAll('-', '')
  return { high: BigInt(`0x${digits.slice(0, 16)}`), low: BigInt(`0x${digits.slice(16)}`) }
}

const uuid = (high: bigint, low: bigint): string => {
  const digits = high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const cardNumber = (text: string): bigint => {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : undefined
  if (value === undefined || value > 0xffff_ffff_ffff_ffffn) {
    throw new BridgeError('order_invalid', 'The card number is no unsigned 64-bit number.')
  }
  return value
}

const seconds = (time: string, name: 'start' | 'end'): number => {
  const value = Math.floor(Date.parse(time) / 1000)
  if (!(value >= 0 && value < NO_END)) {
    throw new BridgeError('order_invalid', `The ${name} time does not fit on a card.`)
  }
  return value
}

const isoTime = (secondsSince1970: number): string => new Date(secondsSince1970 * 1000).toISOString()
