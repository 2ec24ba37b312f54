import {
  BridgeError,
  type CommandOptions,
  type KeyOrder,
  type KeySystem,
  type TcpTransport,
  type TransportListener,
} from 'encoder-bridge/driver'
import { openFias } from '../../drivers/fias/driver.ts'
import fias from '../../drivers/fias/index.ts'
import { FiasOptions } from '../../drivers/fias/options.ts'
import { createRig, endingOf, type Rig, type RigOptions } from '../conformance/rig.ts'
import { tamperWith } from '../conformance/line-faults.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

export const idle = { signal: new AbortController().signal }

/** The order of the documented example: a new key for 202, from 23 November 15:00 to 25 November 11:00. */
export const order: KeyOrder = {
  purpose: 'new',
  copies: 1,
  rooms: ['202'],
  authorisations: [],
  startsAt: { year: 2026, month: 11, day: 23, hour: 15, minute: 0 },
  endsAt: { year: 2026, month: 11, day: 25, hour: 11, minute: 0 },
  accessMethodId: '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01',
  credentialId: '9b2f7f51-7a5e-4a0c-8a3b-6d1c2e3f4a01',
}

/** The calendar of the tests' computer: that of the documented example. */
export const wallClock = (): Date => new Date(2026, 10, 23, 15)

const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** The texts of the frames in bytes, by nothing but the framing's two characters. */
export const textsIn = (bytes: Uint8Array): readonly string[] =>
  // oxlint-disable-next-line no-control-regex -- STX and ETX are what frames are made of
  [...ascii(bytes).matchAll(/\u0002([^\u0002\u0003]*)\u0003/g)].map(([, text = '']) => text)

export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0))

export const frameOf = (text: string): Uint8Array => bytesOf(`\u0002${text}\u0003`)

/** The value of a field in a record's text; undefined where it has none. */
export const fieldOf = (text: string, id: string): string | undefined =>
  text
    .split('|')
    .slice(1)
    .find((part) => part.startsWith(id))
    ?.slice(id.length)

/** Options of a command, and how often it was announced. */
export const commandOptions = (
  signal = idle.signal,
): CommandOptions & { readonly announced: () => number } => {
  let count = 0
  return { signal, beforeSending: () => void (count += 1), announced: () => count }
}

interface FiasDesk extends Rig<'tcp'> {
  readonly system: KeySystem
  /** The texts of what the driver has sent. */
  readonly sent: string[]
  /** `done`, or the code. */
  make(encoder: string, change?: Partial<KeyOrder>): Promise<string>
}

/** The card of a key coder, and the further ones that come onto it. */
export const cardOf = (coder: string, turn = 0): string =>
  `C0DE0${coder}${turn.toString(16).toUpperCase().padStart(2, '0')}`

/** The driver in front of its emulator, with the link up and a card on each key coder. */
export const openDesk = async (
  options: Omit<RigOptions<'tcp'>, 'transport' | 'wrap'> = {},
): Promise<FiasDesk> => {
  const sent: string[] = []
  const rig = await createRig(fias, {
    ...options,
    transport: 'tcp',
    wrap: (transport) =>
      tamperWith(transport, {
        toDevice: (bytes) => {
          sent.push(...textsIn(bytes))
          return [bytes]
        },
      }),
  })
  for (const encoder of rig.emulator.lockSystem?.encoders ?? []) {
    rig.emulator.placeCard({ type: 'key', uid: cardOf(encoder), encoder })
  }
  const system = await rig.openKeys()
  return Object.assign(rig, {
    system,
    sent,
    make: (encoder: string, change: Partial<KeyOrder> = {}) =>
      endingOf(rig.clock.drive(system.makeKey(encoder, { ...order, ...change }, commandOptions()))),
  })
}

interface ScriptedLock {
  readonly clock: FakeClock
  /** What the driver is given; a test may put another `write` into it. */
  readonly transport: { -readonly [Name in keyof TcpTransport]: TcpTransport[Name] }
  /** The texts of what the driver has sent since the last look. */
  heard(): readonly string[]
  /** Sends frames with these texts. */
  say(...texts: readonly string[]): void
  sayBytes(bytes: Uint8Array): void
  /** Answers every record from now on with what the function returns. */
  answerBy(answer: (text: string) => readonly string[]): void
  hangUp(): void
  open(options?: unknown, signal?: AbortSignal): Promise<KeySystem>
  readonly isClosed: boolean
}

/** A lock system that does only what the test says. */
export const createScriptedLock = (): ScriptedLock => {
  const clock = createFakeClock()
  let listener: TransportListener | undefined
  let lost: BridgeError | undefined
  let isClosed = false
  let heard: string[] = []
  let answer = (_: string): readonly string[] => []
  const say = (...texts: readonly string[]): void => {
    for (const text of texts) listener?.onBytes(frameOf(text))
  }
  const transport: ScriptedLock['transport'] = {
    kind: 'tcp',
    path: 'scripted',
    listen: (next) => {
      listener = next
      return () => {
        listener = undefined
      }
    },
    write: async (bytes) => {
      if (lost !== undefined) throw lost
      const texts = textsIn(bytes)
      heard.push(...texts)
      await Promise.resolve()
      for (const text of texts) say(...answer(text))
    },
    close: async () => {
      isClosed = true
    },
  }
  return {
    clock,
    transport,
    heard: () => {
      const texts = heard
      heard = []
      return texts
    },
    say,
    sayBytes: (bytes) => listener?.onBytes(bytes),
    answerBy: (next) => {
      answer = next
    },
    hangUp: () => {
      lost = new BridgeError('device_lost')
      listener?.onLost(lost)
    },
    open: (options = {}, signal = idle.signal) =>
      openFias({ transport, clock, wallClock, options: FiasOptions.parse(options) }, { signal }),
    get isClosed() {
      return isClosed
    },
  }
}

/** How a lock system answers that wants nothing but LA, and makes every key at once. */
export const plainLock = (text: string): readonly string[] => {
  const [id] = text.split('|')
  if (id === 'LS' || id === 'LA') return id === 'LS' ? ['LA|DA261123|TI150000|'] : []
  if (id !== 'KR' && id !== 'KD' && id !== 'KM') return []
  return [`KA|WS${fieldOf(text, 'WS')}|KC${fieldOf(text, 'KC')}|ASOK|`]
}
