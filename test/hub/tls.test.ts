import { request } from 'node:https'
import { connect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import pino from 'pino'
import { describe, expect } from 'vitest'
import { WebSocket } from 'ws'
import { startHub } from '../../src/hub/hub.ts'
import { privateAuthority, testCertificate } from '../support/tls-certificate.ts'
import { createFakeClock } from './fake-clock.ts'
import { test } from './hub-fixture.ts'

const logger = pino({ level: 'silent' })
const portOf = (endpoint: string): number => Number(new URL(endpoint).port)

const shake = (endpoint: string, more: ConnectionOptions = {}): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: portOf(endpoint), ca: testCertificate.cert, ...more }
    const socket: TLSSocket = connect(options, () => resolve(socket))
    socket.on('error', reject)
  })

const nameOnCertificate = async (endpoint: string): Promise<unknown> => {
  const socket = await shake(endpoint, { rejectUnauthorized: false })
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return CN
}

/** A hub over TLS whose certificate a test can change. */
const openSecureHub = async (dataDir: string) => {
  const clock = createFakeClock()
  const log: string[] = []
  const files: { cert: string; key: string } = { cert: testCertificate.cert, key: testCertificate.key }
  const hub = await startHub({
    dataDir,
    host: '127.0.0.1',
    port: 0,
    seed: 'demo',
    logger: pino({ level: 'info' }, { write: (line: string) => void log.push(line) }),
    clock,
    readTls: () => ({ ...files }),
  })
  return { hub, clock, log, files, [Symbol.asyncDispose]: () => hub.close() }
}

describe('a hub with a certificate', () => {
  test('serves requests and WebSockets over TLS, and nothing in the clear', async ({ dataDir }) => {
    await using rig = await openSecureHub(dataDir)
    const { endpoint, apiKey } = rig.hub
    expect(endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${apiKey}` }
      const outgoing = request(
        `${endpoint}/workspaces/get`,
        { ca: testCertificate.cert, headers },
        (answer) => {
          resolve(answer.statusCode)
          answer.destroy()
        },
      )
      outgoing.on('error', reject)
      outgoing.end()
    })
    expect(status).toBe(200)
    const socket = new WebSocket(`${endpoint.replace('https', 'wss')}/bridge/v1/channel`, {
      ca: testCertificate.cert,
      headers: { authorization: 'Bearer seam_brg_nobody' },
    })
    const refused = await new Promise((resolve) =>
      socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode)),
    )
    expect(refused).toBe(401)
    await expect(fetch(endpoint.replace('https', 'http'))).rejects.toThrow('fetch failed')
  })

  test('speaks TLS 1.2 and 1.3, and no older one', async ({ dataDir }) => {
    await using rig = await openSecureHub(dataDir)
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await shake(rig.hub.endpoint, { minVersion: version, maxVersion: version })
      expect(socket.getProtocol()).toBe(version)
      socket.destroy()
    }
    // Without lowering its own security level, this computer's OpenSSL would not even offer it.
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const
    await expect(shake(rig.hub.endpoint, old)).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    })
  })

  test('takes a renewed one into use without a restart, and waits for the other half of a renewal', async ({
    dataDir,
  }) => {
    await using rig = await openSecureHub(dataDir)
    const { endpoint } = rig.hub
    expect(await nameOnCertificate(endpoint)).toBe('localhost')
    rig.files.cert = privateAuthority.cert
    rig.clock.advance(10_000)
    expect(await nameOnCertificate(endpoint)).toBe('localhost')
    expect(rig.log.join('')).toContain('the one before stays')
    rig.files.key = privateAuthority.key
    rig.clock.advance(10_000)
    expect(await nameOnCertificate(endpoint)).toBe('hub.example')
    expect(rig.log.join('')).not.toContain('PRIVATE KEY')
  })
})

describe('a hub on an address of the network', () => {
  test.for(['0.0.0.0', '::', '192.0.2.7', 'hub.example'])(
    'is refused without a certificate: %s',
    async (host, { dataDir }) => {
      const started = startHub({ dataDir, host, port: 0, seed: null, logger })
      await expect(started).rejects.toMatchObject({ code: 'hub_insecure' })
    },
  )

  test('listens there with one', async ({ dataDir }) => {
    const readTls = () => testCertificate
    const hub = await startHub({ dataDir, host: '0.0.0.0', port: 0, seed: null, logger, readTls })
    expect(new URL(hub.endpoint).protocol).toBe('https:')
    expect(await nameOnCertificate(hub.endpoint)).toBe('localhost')
    await hub.close()
  })
})
