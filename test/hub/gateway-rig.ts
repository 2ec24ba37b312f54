import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { UpstreamOptions } from '../../src/hub/gateway/upstream.ts'
import { createFakeClock } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'
import { openTestHub } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

export const makeDirectory = async (): Promise<string> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  return dataDir
}

export const upstreamAt = (endpoint: string, key: string): UpstreamOptions => ({
  endpoint,
  key,
  keyFile: '/etc/seam.key',
  connectionTo: () => ({}),
})

export const SEAM_KEY = 'seam_test1abc_0000000000000000000000000000'
export const WORKSPACE_ID = '11111111-1111-4111-8111-111111111111'
export const WORKSPACE = { workspace: { workspace_id: WORKSPACE_ID, name: 'Hotel at Seam' }, ok: true }

/** A gateway in front of whatever listens there. */
export const openGateway = async (
  endpoint: string,
  key = SEAM_KEY,
  clock: FakeClock = createFakeClock(),
): Promise<TestHub> => {
  const gateway = await openTestHub(await makeDirectory(), clock, {
    seed: null,
    upstream: upstreamAt(endpoint, key),
  })
  onTestFinished(() => gateway.close())
  return gateway
}

/** A hub of ours in the place of Seam, with the demo hotel in it, and a gateway before it. */
export const openHotel = async () => {
  const clock = createFakeClock()
  const seam = await openTestHub(await makeDirectory(), clock)
  onTestFinished(() => seam.close())
  const gateway = await openGateway(seam.endpoint, seam.apiKey, clock)
  const { body } = await seam.post('/acs/systems/list')
  const systemId: string = body.acs_systems[0].acs_system_id
  return { clock, seam, gateway, systemId }
}

/** A server that writes down every byte that it is sent, and answers with bytes. */
export interface RawServer {
  readonly endpoint: string
  /** What each request was, header and body, but for those that ask for the workspace. */
  readonly requests: string[]
  /** The bearers that it knows, each with its workspace. */
  readonly workspaces: Map<string, string>
  /** The answer to the next ones: bytes, or nothing at all. */
  answer: string | null
  /** Answers by what was asked for; null for `answer`. */
  answerTo: (request: string) => string | null
  /** Resolves when the next connection that was not asked for the workspace is closed by the other side. */
  nextClosed(): Promise<void>
  /** Resolves with the next request. */
  nextRequest(): Promise<string>
}

const LENGTH = /\r\ncontent-length: (\d+)\r\n/i

const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  if (/\r\ntransfer-encoding: chunked\r\n/i.test(text)) return text.endsWith('\r\n0\r\n\r\n')
  return text.length >= end + 4 + Number(LENGTH.exec(text)?.[1] ?? 0)
}

export const jsonAnswer = (body: object, status = '200 OK'): string => {
  const text = JSON.stringify(body)
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}

export const openRawServer = async (): Promise<RawServer> => {
  const sockets = new Set<Socket>()
  const closings: (() => void)[] = []
  const arrivals: ((request: string) => void)[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      if (!text.startsWith('POST /workspaces/get ')) for (const closed of closings.splice(0)) closed()
    })
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (!isWhole(text)) return
      if (text.startsWith('POST /workspaces/get ')) {
        const workspace_id = raw.workspaces.get(/Bearer (\S+)/.exec(text)?.[1] ?? '')
        const known = jsonAnswer({ workspace: { ...WORKSPACE.workspace, workspace_id }, ok: true })
        socket.end(workspace_id === undefined ? jsonAnswer({ error: {} }, '401 Unauthorized') : known)
        return
      }
      raw.requests.push(text)
      for (const arrived of arrivals.splice(0)) arrived(text)
      const answer = raw.answerTo(text) ?? raw.answer
      if (answer !== null) socket.end(Buffer.from(answer, 'latin1'))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const raw: RawServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    workspaces: new Map([[SEAM_KEY, WORKSPACE_ID]]),
    answer: jsonAnswer({ ok: true }),
    answerTo: () => null,
    nextClosed: () => new Promise((resolve) => closings.push(resolve)),
    nextRequest: () => new Promise((resolve) => arrivals.push(resolve)),
  }
  return raw
}

/** Says these bytes to a hub and resolves with all that it says until it closes. */
export const sayRaw = async (endpoint: string, bytes: string): Promise<string> => {
  const { hostname, port } = new URL(endpoint)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
  socket.on('error', () => undefined)
  socket.write(Buffer.from(bytes, 'latin1'))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}
