import { nameOf } from '../cards/places.ts'
import type { Card, CardAddress } from '../contract/card.ts'
import type { CardDevice, Device } from '../contract/device.ts'
import type { Driver } from '../contract/driver.ts'
import { toBridgeError } from '../contract/errors.ts'
import type { TransportKind } from '../contract/transport.ts'
import { blankSecrets } from '../transport/blank-secrets.ts'
import { type RecordedMessage, recordTransport } from '../transport/recorder.ts'
import { formatHex, parseHex } from '../wire/hex.ts'
import type { Capture } from './capture.ts'

/** Of what crossed the line in one call; more than this is a line that has run wild. */
const MAX_MESSAGES = 2_000

/**
 * What was sent is told with these blanked, or, with null, by its size alone. What came is always told by its size: an answer may hold
 * more of a card than was asked for, and one that comes late is about a card of before.
 */
type Blanked = readonly Uint8Array[] | null

/** Keys and passwords that open a place. */
const secretsAt = (at: CardAddress): readonly Uint8Array[] => {
  if (at.kind === 'block') return [at.key.value]
  return at.kind === 'page' && at.password !== null ? [at.password] : []
}

/** Whose bytes cross the line as they are; on other cards they are in a spelling of the reader's own. */
const isPlain = ({ technology }: Card): boolean => /^(?:mifare|ntag)/.test(technology)

const uidOf = ({ uid }: Card): readonly Uint8Array[] =>
  /^(?:[0-9A-F]{2})+$/.test(uid) ? [parseHex(uid)] : []

/** Messages of one device, call by call. */
const createTap = (device: string, transport: TransportKind, { capture, secrets }: TapPorts) => {
  let messages: RecordedMessage[] = []
  return {
    note: (message: RecordedMessage): void => {
      if (capture.isRunning() && messages.length < MAX_MESSAGES) messages.push(message)
    },
    /** Tells a call that has ended, with what crossed the line since the one before. */
    end: (call: string, blanked: Blanked, error: unknown = null): void => {
      const crossed = messages
      messages = []
      if (!capture.isRunning()) return
      const sent = blanked === null ? crossed : blankSecrets(crossed, [...secrets, ...blanked]).messages
      for (const { direction, as, bytes } of sent) {
        const isTold = blanked !== null && direction === 'toDevice'
        const hex = isTold ? formatHex(bytes) : undefined
        capture.take({ device, transport, direction, as, size_bytes: bytes.length, hex })
      }
      capture.take({ device, call, code: error === null ? undefined : toBridgeError(error).code })
    },
  }
}
type Tap = ReturnType<typeof createTap>

const tapped =
  <Arguments extends readonly unknown[], Result>(
    work: (...args: Arguments) => Promise<Result>,
    tell: (error: unknown, args: Arguments, result: Result | null) => void,
  ) =>
  async (...args: Arguments): Promise<Result> => {
    try {
      const result = await work(...args)
      tell(null, args, result)
      return result
    } catch (error) {
      tell(error, args, null)
      throw error
    }
  }

const tapCardDevice = (device: CardDevice, tap: Tap): CardDevice => {
  let uid: readonly Uint8Array[] = []
  const about = (card: Card, secrets: readonly Uint8Array[]): Blanked => {
    uid = uidOf(card)
    return isPlain(card) ? [...uid, ...secrets] : null
  }
  return {
    ...device,
    probe: tapped(device.probe, (error) => tap.end('sign of life', uid, error)),
    waitForCard: tapped(device.waitForCard, (error, _, card) =>
      tap.end('wait for a card', card === null ? uid : about(card, []), error),
    ),
    read: tapped(device.read, (error, [card, at]) =>
      tap.end(`read ${nameOf(at)}`, about(card, secretsAt(at)), error),
    ),
    write: tapped(device.write, (error, [card, at, data]) =>
      tap.end(`write ${nameOf(at)}`, about(card, [...secretsAt(at), data]), error),
    ),
    release: tapped(device.release, (error) => tap.end('release', uid, error)),
  }
}

/** Whatever crosses the line to a lock system or from a scanner may be about a guest: sizes alone are told. */
const tapOther = <T extends Device>(device: T, tap: Tap): T => ({
  ...device,
  probe: tapped(device.probe, (error) => tap.end('sign of life', null, error)),
})

interface TapPorts {
  readonly capture: Pick<Capture, 'isRunning' | 'take'>
  /** Of the configuration: blanked wherever they are sent. */
  readonly secrets: readonly Uint8Array[]
}

/**
 * The driver with what crosses its line noted while a capture runs. Nothing of a card is told: no UID, key or content.
 * @param name of the device
 */
export const tapDriver = (driver: Driver, name: string, ports: TapPorts): Driver => ({
  ...driver,
  open: async (context, io) => {
    const tap = createTap(name, context.transport.kind, ports)
    const { kind, presentation } = driver.manifest
    const isField = kind === 'card' && presentation === 'field'
    try {
      const transport = recordTransport(context.transport, tap.note)
      const device = await driver.open({ ...context, transport }, io)
      tap.end('open', isField ? [] : null)
      return device.kind === 'card' && isField ? tapCardDevice(device, tap) : tapOther(device, tap)
    } catch (error) {
      tap.end('open', isField ? [] : null, error)
      throw error
    }
  },
})
