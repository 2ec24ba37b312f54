import { expect, test } from 'vitest'
import { createListeningPeer, createServerOf } from '../../test/support/network-emulators.ts'
import type { HidTransport, PcscTransport, TransportListener } from '../contract/transport.ts'
import { connectHttp } from './memory-http.ts'
import { connectTcp } from './memory-tcp.ts'
import { joinPieces, recordTransport, type RecordedMessage } from './recorder.ts'

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const toDevice = (...values: readonly number[]): RecordedMessage => ({
  direction: 'toDevice',
  bytes: bytes(...values),
})
const toHost = (...values: readonly number[]): RecordedMessage => ({
  direction: 'toHost',
  bytes: bytes(...values),
})

test('a serial line is recorded in both directions, and works as before', async () => {
  const noted: RecordedMessage[] = []
  const sent: number[] = []
  let tell: TransportListener | undefined
  const line = recordTransport(
    {
      kind: 'serial',
      path: 'x',
      listen: (listener) => {
        tell = listener
        return () => undefined
      },
      write: (data) => {
        sent.push(...data)
        return Promise.resolve()
      },
      setBaudRate: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    (message) => noted.push(message),
  )
  const heard: number[] = []
  if (line.kind !== 'serial') throw new Error(line.kind)
  line.listen({ onBytes: (data) => heard.push(...data), onLost: () => undefined })
  await line.write(bytes(1, 2))
  tell?.onBytes(bytes(3))
  tell?.onBytes(bytes(4))
  expect([sent, heard]).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(joinPieces(noted)).toEqual([toDevice(1, 2), toHost(3, 4)])
})

test('reports and features keep their ids and stay apart', async () => {
  const noted: RecordedMessage[] = []
  const device = recordTransport(
    {
      kind: 'hid',
      path: 'x',
      listen: () => () => undefined,
      write: () => Promise.resolve(),
      sendFeature: () => Promise.resolve(),
      getFeature: () => Promise.resolve(bytes(9)),
      close: () => Promise.resolve(),
    } as unknown as HidTransport,
    (message) => noted.push(message),
  )
  if (device.kind !== 'hid') throw new Error(device.kind)
  await device.write(2, bytes(1))
  await device.sendFeature(0, bytes(8))
  expect(await device.getFeature(0, 1)).toEqual(bytes(9))
  expect(joinPieces(noted)).toEqual([
    { direction: 'toDevice', reportId: 2, bytes: bytes(1) },
    { direction: 'toDevice', as: 'feature', reportId: 0, bytes: bytes(8) },
    { direction: 'toHost', as: 'feature', reportId: 0, bytes: bytes(9) },
  ])
})

test('APDUs and escape commands are recorded with their answers', async () => {
  const noted: RecordedMessage[] = []
  const card = recordTransport(
    {
      kind: 'pcsc',
      path: 'x',
      listen: () => () => undefined,
      transmit: () => Promise.resolve(bytes(0x90, 0)),
      escape: () => Promise.resolve(bytes(7)),
    } as unknown as PcscTransport,
    (message) => noted.push(message),
  )
  if (card.kind !== 'pcsc') throw new Error(card.kind)
  await card.transmit(bytes(0xff, 0xca))
  await card.escape(bytes(0xe0))
  expect(noted).toEqual([
    toDevice(0xff, 0xca),
    toHost(0x90, 0),
    { direction: 'toDevice', as: 'escape', bytes: bytes(0xe0) },
    { direction: 'toHost', as: 'escape', bytes: bytes(7) },
  ])
})

test('a connection over TCP is recorded as a line is', async () => {
  const noted: RecordedMessage[] = []
  const peer = createListeningPeer({ greeting: 'L' })
  const line = recordTransport(connectTcp(peer), (message) => noted.push(message))
  if (line.kind !== 'tcp') throw new Error(line.kind)
  const heard = new Promise<Uint8Array>((resolve) => {
    line.listen({ onBytes: resolve, onLost: () => undefined })
  })
  expect(await heard).toEqual(bytes(0x4c))
  await line.write(bytes(1, 2))
  expect(noted).toEqual([toHost(0x4c), toDevice(1, 2)])
  expect(peer.told.heard).toBe('\u0001\u0002')
})

const json = (direction: RecordedMessage['direction'], value: object): RecordedMessage => ({
  direction,
  as: 'json',
  bytes: new TextEncoder().encode(JSON.stringify(value)),
})

test('requests over HTTP are recorded with their answers, headers left out', async () => {
  const noted: RecordedMessage[] = []
  const answer = { status: 200, headers: { 'set-cookie': 'session=1' }, body: { ok: true } }
  const endpoint = recordTransport(connectHttp(createServerOf(() => answer)), (message) =>
    noted.push(message),
  )
  if (endpoint.kind !== 'http') throw new Error(endpoint.kind)
  endpoint.listen({ onLost: () => undefined })
  const request = { method: 'POST', path: '/x', body: { id: 1 } } as const
  expect(await endpoint.request(request, { signal: new AbortController().signal })).toEqual(answer)
  expect(joinPieces(noted)).toEqual([
    json('toDevice', request),
    json('toHost', { status: 200, body: { ok: true } }),
  ])
})

test('a line that never stops talking is joined all the same', () => {
  const pieces = Array.from({ length: 200_000 }, () => toHost(7))
  expect(joinPieces(pieces).map(({ bytes: joined }) => joined.length)).toEqual([200_000])
})
