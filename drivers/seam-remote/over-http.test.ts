import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Clock, HttpEmulator, KeyOrder, KeySystem } from 'encoder-bridge/driver'
import { openHttp } from '../../src/transport/http.ts'
import { endingOf, textOf } from '../../test/conformance/rig.ts'
import { encoded, encoderNamed } from '../../test/hub/fake-bridge.ts'
import { demoCard, test as testWithHub } from '../../test/hub/hub-fixture.ts'
import seamRemote from './index.ts'

const secret = 'seam_test1_canary'
const uid = '04A1B2C3D4E580'
const encoder = '5ea00003-0000-4000-8000-000000000001'
const time = { year: 2026, month: 11, day: 23, hour: 15, minute: 0 }
const order: KeyOrder = {
  purpose: 'new',
  copies: 1,
  rooms: [],
  authorisations: [],
  startsAt: time,
  endsAt: null,
  accessMethodId: '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01',
  credentialId: '9b2f7f51-7a5e-4a0c-8a3b-6d1c2e3f4a01',
}
const idle = { signal: new AbortController().signal }
const given = { ...idle, beforeSending: () => undefined }

/** The driver's seconds are this computer's hundredths. */
const hundredfold: Clock = {
  now: () => performance.now() * 100,
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs / 100),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  const text = Buffer.concat(pieces).toString('utf8')
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

/** The emulator behind a real server, which takes one key. A connection that it gives up is one that it breaks. */
const serve = async (emulator: HttpEmulator): Promise<Server> => {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const isKnown = request.headers.authorization === `Bearer ${secret}`
      const { status, headers, body } = isKnown
        ? await emulator.handle(
            { method: 'POST', path: request.url ?? '', body: await bodyOf(request) },
            idle,
          )
        : { status: 401, headers: {}, body: { error: { type: 'unauthorized', message: 'No.' } } }
      response.writeHead(status, headers).end(JSON.stringify(body))
    }
    answer().catch(() => request.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return server
}

const fileWith = (key: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seam-remote-'))
  const file = join(folder, 'key')
  writeFileSync(file, `${key}\n`)
  chmodSync(file, 0o600)
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return file
}

const open = async (endpoint: string, key: string): Promise<KeySystem> => {
  const device = await seamRemote.open(
    {
      transport: openHttp(endpoint, { secretFile: fileWith(key) }),
      clock: hundredfold,
      wallClock: () => new Date(),
      options: seamRemote.options.parse({}),
    },
    idle,
  )
  if (device.kind !== 'keySystem') throw new Error(`A ${device.kind} was opened.`)
  onTestFinished(() => device.close())
  return device
}

describe('over a real connection', () => {
  const start = async (key = secret) => {
    const emulator = await seamRemote.emulate({ clock: hundredfold, realtime: true })
    if (emulator.kind !== 'http') throw new Error('The emulator is no server.')
    onTestFinished(() => emulator.close())
    const server = await serve(emulator)
    const { port } = server.address() as AddressInfo
    const opening = open(`http://127.0.0.1:${port}`, key)
    return { emulator, server, opening }
  }

  test('an access method is encoded once, and the card is read', async () => {
    const { emulator, opening } = await start()
    const device = await opening
    emulator.placeCard({ type: 'key', uid, encoder })
    expect(await device.makeKey(encoder, order, given)).toEqual({
      serialNumbers: [],
      remark: `Its card number is ${uid}.`,
    })
    expect(await device.readKey?.(encoder, idle)).toMatchObject({ comparison: { kind: 'same' } })
    expect(emulator.countWrites(uid)).toEqual([1])
  })

  test('a connection that breaks behind the order leaves it unknown, and is not used for another one', async () => {
    const { emulator, opening } = await start()
    const device = await opening
    emulator.placeCard({ type: 'key', uid, encoder })
    emulator.inject({ fault: 'cut' })
    expect(await endingOf(device.makeKey(encoder, order, given))).toBe('outcome_unknown')
    expect(emulator.countWrites(uid)).toEqual([1])
  })

  test('a server that is gone was certainly not reached', async () => {
    const { server, opening } = await start()
    const device = await opening
    await new Promise((resolve) => server.close(resolve))
    expect(await endingOf(device.makeKey(encoder, order, given))).toBe('device_absent')
    expect(await endingOf(device.probe(idle))).toBe('device_absent')
  })

  test('a key that is not taken is told as that, and never repeated', async () => {
    const wrong = 'seam_wrong_canary'
    const { opening } = await start(wrong)
    const error: unknown = await opening.catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'seam_unauthorized' })
    expect(textOf(error)).not.toContain(wrong)
  })
})

testWithHub(
  'against a hub of this project an encode is carried out by the bridge that has the encoder',
  async ({ hub }) => {
    const front = encoderNamed('Front Desk')
    const bridge = await hub.bridge([front])
    const { methodId } = await demoCard(hub)
    const device = await open(hub.endpoint, hub.apiKey)
    expect(device.info.model).toBe('Seam (sandbox)')

    const making = device.makeKey(front.acs_encoder_id, { ...order, accessMethodId: methodId }, given)
    const { order_id } = await bridge.takeOrder()
    await bridge.report(order_id, encoded)
    expect((await making).remark).toMatch(/^Its card number is \d+\.$/)
    const { body } = await hub.post('/access_methods/get', { access_method_id: methodId })
    expect(body.access_method).toMatchObject({ is_issued: true })

    expect(await endingOf(device.makeKey(encoder, { ...order, accessMethodId: methodId }, given))).toBe(
      'key_encoder_unknown',
    )
    expect(await endingOf(device.makeKey(front.acs_encoder_id, order, given))).toBe('credential_deleted')
  },
)
