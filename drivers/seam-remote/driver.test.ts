import { openapi } from '@seamapi/types/connect'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import {
  BridgeError,
  type CommandOptions,
  type HttpRequest,
  type HttpTransport,
  type KeyOrder,
  type KeySystem,
} from 'encoder-bridge/driver'
import { createRig, endingOf, type Rig } from '../../test/conformance/rig.ts'
import { successSchema } from '../../test/hub/openapi-schema.ts'
import seamRemote from './index.ts'

const encoder = '5ea00003-0000-4000-8000-000000000001'
const other = '5ea00003-0000-4000-8000-000000000002'
const uid = '04A1B2C3D4E580'
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

interface Asked {
  readonly atMs: number
  readonly path: string
  readonly request: HttpRequest
}

interface Desk {
  readonly rig: Rig<'http'>
  readonly device: KeySystem
  /** Every request since the opening. */
  readonly asked: readonly Asked[]
  /** The times of the requests of one path, since the first of them. */
  times(path: string): readonly number[]
  options(signal?: AbortSignal): CommandOptions & { readonly sendings: number }
  /** How it ended, with the clock driven. */
  ending(call: Promise<unknown>): Promise<string>
  /** The same, of a call that the test goes on beside: it moves the clock until it waits for the ending. */
  begin(call: Promise<unknown>): () => Promise<string>
}

/** A link to the emulated Seam with a card on its first encoder; encoding takes three seconds. */
const openDesk = async ({ hasCard = true } = {}): Promise<Desk> => {
  const asked: Asked[] = []
  const rig = await createRig(seamRemote, {
    transport: 'http',
    realtime: true,
    ...(hasCard && { card: { type: 'key', uid, encoder } }),
    wrap: (transport): HttpTransport => ({
      ...transport,
      request: (request, options) => {
        asked.push({ atMs: rig.clock.now(), path: request.path, request })
        return transport.request(request, options)
      },
    }),
  })
  const device = await rig.openKeys()
  asked.length = 0
  return {
    rig,
    device,
    asked,
    times: (path) => {
      const times = asked.filter((one) => one.path === path).map(({ atMs }) => atMs)
      return times.map((atMs) => atMs - (times[0] ?? 0))
    },
    options: (signal = new AbortController().signal) => {
      let sendings = 0
      return {
        signal,
        beforeSending: () => {
          sendings += 1
        },
        get sendings() {
          return sendings
        },
      }
    },
    ending: (call) => endingOf(rig.clock.drive(call, 600_000)),
    begin: (call) => {
      const ending = endingOf(call)
      return () => rig.clock.drive(ending, 600_000)
    },
  }
}

const missing = (): Promise<never> => Promise.reject(new Error('There is no such method.'))

const polls = '/action_attempts/get'
const encodes = '/access_methods/encode'

describe('an encode', () => {
  test('is asked for once, and its attempt every second until it has ended', async () => {
    const { rig, device, asked, times, options } = await openDesk()
    const given = options()
    expect(await rig.clock.drive(device.makeKey(encoder, order, given))).toEqual({
      serialNumbers: [],
      remark: `Its card number is ${uid}.`,
    })
    expect([times(encodes), times(polls), given.sendings]).toEqual([[0], [0, 1000, 2000], 1])
    expect(asked[0]?.request.body).toEqual({
      access_method_id: order.accessMethodId,
      acs_encoder_id: encoder,
    })
    expect(rig.emulator.countWrites(uid)).toEqual([1])
  })

  test('waits with Seam for the card, and tells that none came', async () => {
    const { rig, device, options, begin, ending } = await openDesk({ hasCard: false })
    const making = begin(device.makeKey(encoder, order, options()))
    await rig.clock.advance(10_000)
    rig.emulator.placeCard({ type: 'key', uid, encoder })
    expect(await making()).toBe('done')
    rig.emulator.removeCard()
    expect(await ending(device.makeKey(encoder, order, options()))).toBe('card_misplaced')
    expect(rig.emulator.countWrites(uid)).toEqual([1])
  })

  test('that Seam refuses for there being too many is asked for again when Seam says, as the same order', async () => {
    const { rig, device, times, options, ending } = await openDesk()
    rig.emulator.inject({ fault: 'tooManyRequests', count: 2 })
    const given = options()
    expect(await ending(device.makeKey(encoder, order, given))).toBe('done')
    expect([times(encodes), given.sendings]).toEqual([[0, 2000, 4000], 1])
    expect(rig.emulator.countWrites(uid)).toEqual([1])
  })

  test('that is given up while Seam takes none was certainly not carried out', async () => {
    const { rig, device, options, begin } = await openDesk()
    rig.emulator.inject({ fault: 'tooManyRequests', count: 100 })
    const abort = new AbortController()
    const making = begin(device.makeKey(encoder, order, options(abort.signal)))
    await rig.clock.advance(5000)
    abort.abort()
    expect(await making()).toBe('rate_limited')
    expect(rig.emulator.countWrites(uid)).toEqual([0])
  })

  test('that does not reach Seam was certainly not carried out', async () => {
    const { rig, device, times, options, ending } = await openDesk()
    rig.emulator.inject({ fault: 'refuseConnection' })
    expect(await ending(device.makeKey(encoder, order, options()))).toBe('device_absent')
    expect([times(encodes), rig.emulator.countWrites(uid)]).toEqual([[0], [0]])
  })

  test.each([
    ['badGateway', 'status 502'],
    ['garbled', 'can’t be understood'],
    ['cut', 'broke'],
    ['silent', 'did not answer in time'],
  ])('after %s nobody knows, and it is not asked for again', async (fault, reason) => {
    const { rig, device, times, options } = await openDesk()
    rig.emulator.inject({ fault })
    const failed = rig.clock.drive(device.makeKey(encoder, order, options()))
    await expect(failed).rejects.toMatchObject({ code: 'outcome_unknown' })
    await expect(failed).rejects.toThrow(reason)
    expect(times(encodes)).toEqual([0])
  })

  test('that began is followed through everything that the network does, slower while Seam is not reached', async () => {
    const { rig, device, times, options, begin } = await openDesk()
    const making = begin(device.makeKey(encoder, order, options()))
    await rig.clock.advance(500)
    rig.emulator.inject({ fault: 'refuseConnection', count: 4 })
    await rig.clock.advance(20_000)
    rig.emulator.inject({ fault: 'badGateway' })
    expect(await making()).toBe('done')
    // 2, 4, 8 and at most 10 seconds.
    expect(times(polls)).toEqual([0, 2000, 6000, 14_000, 24_000, 34_000])
    expect([times(encodes), rig.emulator.countWrites(uid)]).toEqual([[0], [1]])
  })

  test('is polled again when Seam says, where it asks to slow down', async () => {
    const { rig, device, times, options, begin } = await openDesk()
    const making = begin(device.makeKey(encoder, order, options()))
    await rig.clock.advance(500)
    rig.emulator.inject({ fault: 'tooManyRequests', count: 2 })
    expect(await making()).toBe('done')
    expect(times(polls)).toEqual([0, 2000, 4000])
  })

  test('is polled every second again when Seam is reached again', async () => {
    const { rig, device, times, options, begin } = await openDesk({ hasCard: false })
    const making = begin(device.makeKey(encoder, order, options()))
    await rig.clock.advance(500)
    rig.emulator.inject({ fault: 'refuseConnection' })
    await rig.clock.advance(3000)
    rig.emulator.placeCard({ type: 'key', uid, encoder })
    expect(await making()).toBe('done')
    expect(times(polls)).toEqual([0, 2000, 3000, 4000, 5000, 6000])
  })

  test.each([
    ['is not known yet', 404, { error: { type: 'action_attempt_not_found' } }],
    [
      'is answered for by another one',
      200,
      {
        action_attempt: {
          action_attempt_id: order.credentialId,
          status: 'error',
          error: { type: 'credential_deleted' },
        },
      },
    ],
    [
      'has a status that nobody knows',
      200,
      { action_attempt: { action_attempt_id: order.credentialId, status: 'asleep' } },
    ],
  ])('is polled again where its attempt %s', async (_, status, body) => {
    let isAsked = false
    const rig = await createRig(seamRemote, {
      transport: 'http',
      card: { type: 'key', uid, encoder },
      wrap: (transport): HttpTransport => ({
        ...transport,
        request: async (request, options) => {
          if (request.path !== polls || isAsked) return transport.request(request, options)
          isAsked = true
          return { status, headers: {}, body }
        },
      }),
    })
    const device = await rig.openKeys()
    const options = { signal: new AbortController().signal, beforeSending: () => undefined }
    expect(await endingOf(rig.clock.drive(device.makeKey(encoder, order, options)))).toBe('done')
    expect([isAsked, rig.emulator.countWrites(uid)]).toEqual([true, [1]])
  })

  test('that began is called unknown when it is given up, or when its attempt can’t be asked for any more', async () => {
    const given = await openDesk()
    const abort = new AbortController()
    const making = given.begin(given.device.makeKey(encoder, order, given.options(abort.signal)))
    await given.rig.clock.advance(1500)
    abort.abort()
    expect(await making()).toBe('outcome_unknown')

    const revoked = await openDesk()
    const doomed = revoked.begin(revoked.device.makeKey(encoder, order, revoked.options()))
    await revoked.rig.clock.advance(500)
    revoked.rig.emulator.inject({ fault: 'unauthorized' })
    expect(await doomed()).toBe('outcome_unknown')
  })

  test.each([
    ['uncategorized', 'outcome_unknown'],
    ['expired', 'outcome_unknown'],
    ['timedOut', 'outcome_unknown'],
    ['olderSpelling', 'card_misplaced'],
  ])('%s ends as %s', async (fault, code) => {
    const { rig, device, options, ending } = await openDesk()
    rig.emulator.inject({ fault })
    expect(await ending(device.makeKey(encoder, order, options()))).toBe(code)
  })

  test('of an address that is no id is refused before Seam is asked', async () => {
    const { device, asked, options, ending } = await openDesk()
    const given = options()
    expect(await ending(device.makeKey('1', order, given))).toBe('key_encoder_unknown')
    expect([asked, given.sendings]).toEqual([[], 0])
  })
})

describe('a scan', () => {
  const read = ({ device, rig }: Desk, on = encoder): Promise<unknown> =>
    rig.clock.drive(device.readKey?.(on, { signal: new AbortController().signal }) ?? missing())

  test('tells what Seam has compared', async () => {
    const desk = await openDesk()
    expect(await read(desk)).toEqual({
      kind: 'credential',
      cardNumber: null,
      comparison: { kind: 'nothing' },
    })
    await desk.rig.clock.drive(desk.device.makeKey(encoder, order, desk.options()))
    expect(await read(desk)).toMatchObject({ cardNumber: uid, comparison: { kind: 'same' } })
    desk.rig.emulator.inject({ fault: 'changedOnSeam' })
    expect(await read(desk)).toMatchObject({ comparison: { kind: 'outOfSync', properties: ['ends_at'] } })
    desk.rig.emulator.inject({ fault: 'deletedOnSeam' })
    expect(await read(desk)).toMatchObject({ comparison: { kind: 'notFound' } })
  })

  test('changes nothing, so that one that fails is a failure and no doubt', async () => {
    for (const [fault, code] of [
      ['silent', 'device_unresponsive'],
      ['garbled', 'device_unresponsive'],
      ['expired', 'order_expired'],
      ['timedOut', 'device_fault'],
      ['uncategorized', 'lock_system_fault'],
    ]) {
      const desk = await openDesk()
      desk.rig.emulator.inject({ fault: fault ?? '' })
      await expect(read(desk), fault).rejects.toMatchObject({ code })
    }
  })

  test('of another encoder goes on beside an encode, of the same one it does not', async () => {
    const desk = await openDesk()
    const making = desk.begin(desk.device.makeKey(encoder, order, desk.options()))
    await desk.rig.clock.advance(100)
    await expect(read(desk)).rejects.toMatchObject({ code: 'device_busy' })
    await expect(read(desk, other)).rejects.toMatchObject({ code: 'card_misplaced' })
    expect(await making()).toBe('done')
  })
})

test('a scan that assigns gives the card to whom it is for, once', async () => {
  const { rig, device, asked, options } = await openDesk()
  const userIdentityId = '1c5f5b0e-2d5a-4a57-9a55-0c6b1b9d7a01'
  const given = options()
  const assigning = device.scanToAssign?.(encoder, { acsUserId: null, userIdentityId }, given)
  expect(await rig.clock.drive(assigning ?? missing())).toEqual({
    kind: 'credential',
    cardNumber: uid,
    comparison: { kind: 'same' },
  })
  expect([given.sendings, asked[0]?.request.body]).toEqual([
    1,
    { acs_encoder_id: encoder, user_identity_id: userIdentityId },
  ])
})

describe('the opening', () => {
  const answering = (status: number, body: unknown) => (transport: HttpTransport) => ({
    ...transport,
    request: async () => ({ status, headers: {}, body }),
  })

  test.each([
    [
      'a key that Seam does not take',
      answering(401, { error: { type: 'unauthorized' } }),
      'seam_unauthorized',
    ],
    ['an endpoint that knows no workspaces', answering(404, null), 'device_mismatch'],
    ['an endpoint that is not Seam’s', answering(200, { hello: 'world' }), 'device_mismatch'],
    ['a gateway without a server', answering(502, null), 'device_unresponsive'],
    ['a server that asks to slow down', answering(429, null), 'rate_limited'],
    [
      'a server that is not reached',
      (transport: HttpTransport) => ({
        ...transport,
        request: async () => {
          throw new BridgeError('device_absent', 'The connection was refused.')
        },
      }),
      'device_absent',
    ],
  ])('is refused by %s', async (_, wrap, code) => {
    const rig = await createRig(seamRemote, { transport: 'http', wrap })
    expect(await endingOf(rig.openKeys())).toBe(code)
    expect([rig.isClosed, rig.memory.listenerCount]).toEqual([true, 0])
  })

  test('who asks to slow down is alive', async () => {
    const { rig, device, ending } = await openDesk()
    rig.emulator.inject({ fault: 'tooManyRequests' })
    const idle = { signal: new AbortController().signal }
    expect(await ending(device.probe(idle))).toBe('done')
    rig.emulator.inject({ fault: 'badGateway' })
    expect(await ending(device.probe(idle))).toBe('device_unresponsive')
  })
})

describe('the document', () => {
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  const paths = openapi['paths'] as Readonly<
    Record<
      string,
      { post: { requestBody?: { content: { 'application/json': { schema: Record<string, unknown> } } } } }
    >
  >

  test('allows every request, and every answer of the emulator', async () => {
    const answers: { readonly path: string; readonly body: unknown }[] = []
    const asked: HttpRequest[] = []
    const rig = await createRig(seamRemote, {
      transport: 'http',
      realtime: true,
      card: { type: 'key', uid, encoder },
      wrap: (transport): HttpTransport => ({
        ...transport,
        request: async (request, options) => {
          const answer = await transport.request(request, options)
          asked.push(request)
          answers.push({ path: request.path, body: answer.body })
          return answer
        },
      }),
    })
    const device = await rig.openKeys()
    const signal = new AbortController().signal
    const options = { signal, beforeSending: () => undefined }
    const toIdentity = { acsUserId: null, userIdentityId: order.credentialId }
    const all = [
      () => device.makeKey(encoder, order, options),
      () => device.readKey?.(encoder, { signal }),
      () => device.scanToAssign?.(encoder, toIdentity, options),
    ]
    for (const call of all) await rig.clock.drive<unknown>(call() ?? missing())
    for (const fault of ['card_misplaced', 'write_interrupted', 'expired', 'timedOut', 'uncategorized']) {
      rig.emulator.inject({ fault })
      await endingOf(rig.clock.drive(device.makeKey(encoder, order, options)))
    }
    for (const fault of ['changedOnSeam', 'deletedOnSeam']) {
      rig.emulator.inject({ fault })
      await rig.clock.drive(device.readKey?.(encoder, { signal }) ?? missing())
    }

    expect(new Set(asked.map(({ path }) => path)).size).toBe(5)
    for (const { path, body } of asked) {
      const schema = paths[path]?.post.requestBody?.content['application/json'].schema ?? {}
      const check = ajv.compile({ ...schema, additionalProperties: body === undefined })
      check(body ?? {})
      expect(check.errors, path).toBeNull()
    }
    for (const { path, body } of answers) {
      const check = successSchema(path)
      check(body)
      expect(check.errors ?? [], `${path} ${JSON.stringify(body)}`).toEqual([])
    }
  })
})
