import type {
  Driver,
  Emulator,
  HidEmulator,
  HttpEmulator,
  HttpRequest,
  KeyboardEmulator,
  PcscEmulator,
  SerialEmulator,
  TcpEmulator,
  TransportKind,
} from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import type { Conversation, Exchange, FixtureMessage } from './fixtures.ts'

type ToDevice = Omit<FixtureMessage, 'direction'>

/** The host's part against one emulator: what it sends and asks for; what the device says is noted. */
interface Host {
  send(message: ToDevice): Promise<void>
  /** Called for each message of the fixture to the host, in its place. */
  expect(message: FixtureMessage): void
  /** All that the device has said since the start, or since it was last forgotten. */
  answered(): string
  forget(): void
}

/** Sizes of the pieces in which bytes are handed to a device. */
type Chunk = () => number

const inPieces = (bytes: Uint8Array, chunk: Chunk): readonly Uint8Array[] => {
  const pieces: Uint8Array[] = []
  for (let rest = bytes; rest.length > 0; rest = rest.slice(pieces.at(-1)?.length)) {
    pieces.push(rest.slice(0, Math.max(1, chunk())))
  }
  return pieces
}

const streamHost = (emulator: SerialEmulator | TcpEmulator, chunk: Chunk): Host => {
  let heard = ''
  const hear = (bytes: Uint8Array): void => {
    heard += formatHex(bytes)
  }
  if (emulator.kind === 'serial') emulator.connect(hear)
  else emulator.connect({ send: hear, hangUp: () => undefined })
  return {
    send: async ({ hex }) => {
      for (const piece of inPieces(hex, chunk)) emulator.receive(piece)
    },
    expect: () => undefined,
    answered: () => heard,
    forget: () => {
      heard = ''
    },
  }
}

const hidHost = (emulator: HidEmulator): Host => {
  let heard: string[] = []
  /** How much of the next reports the fixture tells. */
  let told: number[] = []
  emulator.connect((report) => heard.push(formatHex(report)))
  return {
    send: async ({ as, reportId, hex }) => {
      if (as === 'feature') emulator.setFeature(reportId, hex)
      else emulator.receive(reportId, hex)
    },
    expect: ({ as, reportId, hex }) => {
      if (as === 'feature') heard.push(formatHex(emulator.getFeature(reportId, hex.length)))
      told.push(hex.length)
    },
    answered: () =>
      heard.map((report, index) => report.slice(0, 2 * (told[index] ?? report.length))).join(' '),
    forget: () => {
      heard = []
      told = []
    },
  }
}

const pcscHost = (emulator: PcscEmulator, hasCard: boolean): Host => {
  let heard: string[] = []
  emulator.connect(() => undefined)
  if (hasCard) emulator.powerOn()
  return {
    send: async ({ as, hex }) => {
      heard.push(formatHex(await (as === 'escape' ? emulator.escape(hex) : emulator.transmit(hex))))
    },
    expect: () => undefined,
    answered: () => heard.join(' '),
    forget: () => {
      heard = []
    },
  }
}

const refuse = async (): Promise<void> => {
  throw new Error('Nothing can be sent to a keyboard.')
}

const keyboardHost = (emulator: KeyboardEmulator): Host => {
  let heard = ''
  emulator.connect(({ usage, isPressed }) => {
    heard += formatHex(Uint8Array.of(usage, isPressed ? 1 : 0))
  })
  return {
    send: refuse,
    expect: () => undefined,
    answered: () => heard,
    forget: () => {
      heard = ''
    },
  }
}

const hostOf = (emulator: Emulator, hasCard: boolean, chunk: Chunk): Host => {
  switch (emulator.kind) {
    case 'serial':
    case 'tcp':
      return streamHost(emulator, chunk)
    case 'hid':
      return hidHost(emulator)
    case 'pcsc':
      return pcscHost(emulator, hasCard)
    case 'keyboard':
      return keyboardHost(emulator)
    case 'http':
    case 'none':
      throw new Error(`No messages are exchanged over ${emulator.kind}.`)
  }
}

const sendAll = async (host: Host, clock: FakeClock, message: ToDevice): Promise<void> => {
  await clock.drive(host.send(message))
  await clock.advance(100)
}

/** A new emulator of the driver with the card and the clock of a scene. */
const stage = async <Kind extends TransportKind>(
  driver: Driver,
  { card }: Pick<Exchange, 'card'>,
  transport: Kind,
): Promise<{
  readonly clock: FakeClock
  readonly emulator: Extract<Emulator, { readonly kind: Kind }>
}> => {
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime: false, transport })
  if (emulator.kind !== transport) throw new Error(`The emulator is one for ${emulator.kind}.`)
  if (card !== undefined) {
    const { memory, encoder, ...identity } = card
    emulator.placeCard({
      ...identity,
      ...(memory !== undefined && { memory }),
      ...(encoder !== undefined && { encoder }),
    })
  }
  return { clock, emulator: emulator as Extract<Emulator, { readonly kind: Kind }> }
}

interface ReplayOptions {
  /** The exchange's own, or the driver's usual one, when left out. */
  readonly transport?: TransportKind
  /** Sizes of the pieces in which bytes of a stream are handed over; whole when left out. */
  readonly chunk?: Chunk
}

/**
 * Plays the host's part of an exchange to a new emulator and returns both sides as hexadecimal: `expected` by the fixture,
 * `answered` by the emulator. Whole messages stand apart, bytes and keys run on.
 */
export const replay = async (
  driver: Driver,
  exchange: Exchange,
  { transport: wanted, chunk = () => Number.POSITIVE_INFINITY }: ReplayOptions = {},
): Promise<{ readonly expected: string; readonly answered: string }> => {
  const { card, shown, before, faults, messages } = exchange
  const transport = wanted ?? exchange.transport ?? driver.manifest.transports[0] ?? 'none'
  const { clock, emulator } = await stage(driver, exchange, transport)
  const host = hostOf(emulator, card !== undefined, chunk)
  for (const message of before) await sendAll(host, clock, message)
  for (const fault of faults) emulator.inject({ fault })
  host.forget()
  if (shown !== undefined) {
    const { bitCount, symbology, ...read } = shown
    emulator.present({
      ...read,
      ...(bitCount !== undefined && { bitCount }),
      ...(symbology !== undefined && { symbology }),
    })
    await clock.advance(100)
  }
  for (const message of messages) {
    if (message.direction === 'toDevice') await sendAll(host, clock, message)
    else host.expect(message)
  }
  emulator.close()
  const isStream = transport === 'serial' || transport === 'tcp' || transport === 'keyboard'
  const expected = messages.filter(({ direction }) => direction === 'toHost').map(({ hex }) => formatHex(hex))
  return { expected: expected.join(isStream ? '' : ' '), answered: host.answered() }
}

/** What of an answer the fixture speaks of: the rest is free. */
const asFarAsTold = (told: unknown, answer: unknown): unknown => {
  if (Array.isArray(told) && Array.isArray(answer)) {
    return answer.map((one: unknown, index) => (index < told.length ? asFarAsTold(told[index], one) : one))
  }
  if (!isRecord(told) || !isRecord(answer)) return answer
  const names = Object.keys(told).filter((name) => name in answer)
  return Object.fromEntries(names.map((name) => [name, asFarAsTold(told[name], answer[name])]))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const askServer = async (
  { clock, emulator }: { readonly clock: FakeClock; readonly emulator: HttpEmulator },
  { method, path, body }: Conversation['before'][number],
) => {
  const request: HttpRequest = { method, path, ...(body !== undefined && { body }) }
  const answer = await clock.drive(emulator.handle(request, { signal: new AbortController().signal }))
  await clock.advance(1000)
  return answer
}

/** As replay, of a conversation over HTTP: the answers by the fixture, and as much of the emulator's as the fixture tells. */
export const converse = async (
  driver: Driver,
  { calls, before, faults, ...scene }: Conversation,
): Promise<{ readonly expected: readonly unknown[]; readonly answered: readonly unknown[] }> => {
  const server = await stage(driver, scene, 'http')
  for (const request of before) await askServer(server, request)
  for (const fault of faults) server.emulator.inject({ fault })
  const answered: unknown[] = []
  for (const { request, response } of calls) {
    answered.push(asFarAsTold(response, await askServer(server, request)))
  }
  server.emulator.close()
  return { expected: calls.map(({ response }) => response), answered }
}
