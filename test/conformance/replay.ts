import type {
  Driver,
  Emulator,
  HidEmulator,
  KeyboardEmulator,
  PcscEmulator,
  SerialEmulator,
} from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import type { Exchange, FixtureMessage } from './fixtures.ts'

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

const serialHost = (emulator: SerialEmulator, chunk: Chunk): Host => {
  let heard = ''
  emulator.connect((bytes) => {
    heard += formatHex(bytes)
  })
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
      return serialHost(emulator, chunk)
    case 'hid':
      return hidHost(emulator)
    case 'pcsc':
      return pcscHost(emulator, hasCard)
    case 'keyboard':
      return keyboardHost(emulator)
    case 'none':
      throw new Error('A device in this process exchanges no messages.')
  }
}

const sendAll = async (host: Host, clock: FakeClock, message: ToDevice): Promise<void> => {
  await clock.drive(host.send(message))
  await clock.advance(100)
}

/**
 * Plays the host's part of an exchange to a new emulator and returns both sides as hexadecimal: `expected` by the fixture,
 * `answered` by the emulator. Whole messages stand apart, bytes and keys run on.
 * @param chunk sizes of the pieces in which bytes of a serial line are handed over; whole when left out
 */
export const replay = async (
  driver: Driver,
  exchange: Exchange,
  chunk: Chunk = () => Number.POSITIVE_INFINITY,
): Promise<{ readonly expected: string; readonly answered: string }> => {
  const { card, shown, before, messages } = exchange
  const transport = exchange.transport ?? driver.manifest.transports[0] ?? 'none'
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime: false, transport })
  if (card !== undefined) {
    const { memory, ...identity } = card
    emulator.placeCard({ ...identity, ...(memory !== undefined && { memory }) })
  }
  const host = hostOf(emulator, card !== undefined, chunk)
  for (const message of before) await sendAll(host, clock, message)
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
  const isStream = transport === 'serial' || transport === 'keyboard'
  const expected = messages.filter(({ direction }) => direction === 'toHost').map(({ hex }) => formatHex(hex))
  return { expected: expected.join(isStream ? '' : ' '), answered: host.answered() }
}
