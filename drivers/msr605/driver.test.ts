import { describe, expect, test } from 'vitest'
import {
  type Card,
  type CardAddress,
  type CardDevice,
  isBridgeError,
  noUid,
  type Transport,
  type TransportKind,
} from 'encoder-bridge/driver'
import { type AnyRig, type AnyRigOptions, createRig, endingOf, textOf } from '../../test/conformance/rig.ts'
import msr605 from './index.ts'

type Link = 'serial' | 'hid'
const links: readonly Link[] = ['serial', 'hid']

const idle = { signal: new AbortController().signal }
const card: Card = { uid: noUid, technology: 'magstripe' }
const hiCo: CardAddress = { kind: 'tracks', coercivity: 'hi' }
const loCo: CardAddress = { kind: 'tracks', coercivity: 'lo' }
const UID = '00000001'
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const textOfBytes = (data: Uint8Array): string => Buffer.from(data).toString('latin1')
const ORDER = 'GUEST 42\n285212997\n'

/** Commands as letters, with their parameters as hexadecimal: `b A1`. Blocks are left out of `w`. */
const commandsIn = (sent: Uint8Array): readonly string[] =>
  Buffer.from(sent)
    .toString('latin1')
    .split('\x1b')
    .flatMap((part) => {
      const [letter = 0, ...parameters] = Array.from(part, (character) => character.charCodeAt(0))
      const name = letter < 0x80 ? String.fromCharCode(letter) : letter.toString(16)
      if (!/^(?:[a-z]|8\d)$/.test(name) || name === 's') return []
      const shown = parameters.filter((byte) => byte !== 0 || name !== 'a')
      return [[name, Buffer.from(shown).toString('hex').toUpperCase()].join(' ').trim()]
    })

/** Notes the commands that are sent, on either link. */
const noteInto =
  (sent: string[]) =>
  (transport: Transport): Transport => {
    if (transport.kind === 'serial') {
      const write = (data: Uint8Array): Promise<void> => {
        sent.push(...commandsIn(data))
        return transport.write(data)
      }
      return { ...transport, path: 'noted', write }
    }
    if (transport.kind !== 'hid') return transport
    const sendFeature = (reportId: number, data: Uint8Array): Promise<void> => {
      const [header = 0] = data
      if ((header & 0x80) !== 0) sent.push(...commandsIn(data.subarray(1, 1 + (header & 0x3f))))
      return transport.sendFeature(reportId, data)
    }
    return { ...transport, path: 'noted', sendFeature }
  }

interface Desk {
  readonly rig: AnyRig
  readonly device: CardDevice
  /** The commands since the opening. */
  readonly sent: string[]
  place(content: string, type?: string): void
  /** Waits for a swipe and tells what was on the card. */
  see(): Promise<string>
  write(content: string, at?: CardAddress, signal?: AbortSignal): Promise<void>
  /** What the card holds, and how often each track was written. */
  inspect(): readonly [string, readonly number[]]
}

const openDesk = async (transport: Link, options: AnyRigOptions = {}): Promise<Desk> => {
  const sent: string[] = []
  const rig = await createRig<TransportKind>(msr605, { wrap: noteInto(sent), ...options, transport })
  const device = await rig.open()
  sent.length = 0
  return {
    rig,
    device,
    sent,
    place: (content, type = 'magstripe') =>
      rig.emulator.placeCard({ type, uid: UID, memory: bytes(content) }),
    see: async () => {
      const found = await rig.clock.drive(device.waitForCard(idle))
      return textOfBytes(await rig.clock.drive(device.read(found, hiCo, idle)))
    },
    write: (content, at = hiCo, signal = idle.signal) =>
      rig.clock.drive(device.write(card, at, bytes(content), { signal })),
    inspect: () => [textOfBytes(rig.emulator.dumpCard(UID)), rig.emulator.countWrites(UID)],
  }
}

const failure = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call
  } catch (error) {
    if (isBridgeError(error)) return `${error.code}: ${error.detail ?? ''}`
    throw error
  }
  throw new Error('The call did not fail.')
}

describe('reading', () => {
  test.each(['\n\n', 'ABC\n123\n456', '\n\n12=3'])('%j is told as it is', async (content) => {
    const { place, see } = await openDesk('serial')
    place(content)
    expect(await see()).toBe(content)
  })

  test('the last swipe counts until it is released', async () => {
    const { device, rig, place, see, sent } = await openDesk('hid')
    place('A\n\n')
    await see()
    rig.emulator.removeCard()
    expect(await see()).toBe('A\n\n')
    expect(sent).toEqual(['r'])
    await rig.clock.drive(device.release(idle))
    const waiting = device.waitForCard(idle)
    await rig.clock.advance(100)
    expect(sent).toEqual(['r', 'r'])
    place('B\n\n')
    expect(await rig.clock.drive(waiting)).toEqual(card)
    expect(await see()).toBe('B\n\n')
  })

  test('a card of which nothing can be decoded is to be swiped again, and the clerk is told which track', async () => {
    const { place, see, rig } = await openDesk('serial')
    place('ABC\n123\n')
    rig.emulator.inject({ fault: 'readError' })
    expect(await failure(see())).toMatch(/^card_unreadable: None of the three tracks could be read\./)
    expect(await see()).toBe('ABC\n123\n')
  })

  test('what no text of ISO/IEC 7811 decodes is told as ? beside a text, and is unreadable alone', async () => {
    const { place, see, rig, device } = await openDesk('serial')
    const { emulator } = rig
    /** Eight bits to the byte onto track 3, as a lock system may write. */
    const spoil = (): Promise<void> => {
      const raw = bytes('\x1bx\x1bn\x1bs\x1b\x01\x00\x1b\x02\x00\x1b\x03\x02\x12\x34?\x1c')
      if (emulator.kind === 'serial') emulator.receive(raw)
      return rig.clock.advance(100)
    }
    place('ABC\n\n')
    await spoil()
    expect(await see()).toBe('ABC\n\n?')
    await rig.clock.drive(device.release(idle))
    place('\n\n')
    await spoil()
    expect(await failure(see())).toMatch(
      /^card_unreadable: Of this card track 3 could not be read, and tracks 1 and 2 are blank\./,
    )
  })

  /** Numbers that card schemes publish for tests; no account has them. */
  test.each([
    'B4111111111111111^TEST/CARD^2512101\n\n',
    '\n4111111111111111=2512101\n',
    'A\n\n014111111111111111=978',
  ])('a payment card is not read, and nothing of it is told', async (content) => {
    const { place, see } = await openDesk('serial')
    place(content)
    const refused = see()
    expect(await failure(refused)).toBe('card_unreadable: Payment cards are not read.')
    const told = await refused.catch(textOf)
    expect(told).not.toMatch(/4111|TEST|978/)
    place('A\n\n')
    expect(await see()).toBe('A\n\n')
  })
})

describe.each(links)('writing over %s', (transport) => {
  test('is done in one swipe; what the last swipe told does not count any more', async () => {
    const { place, see, write, sent, inspect } = await openDesk(transport)
    place('OLD\n1\n2')
    expect(await see()).toBe('OLD\n1\n2')
    await write(ORDER)
    expect(inspect()).toEqual(['GUEST 42\n285212997\n2', [1, 1, 0]])
    expect(await see()).toBe('GUEST 42\n285212997\n2')
    expect(sent.filter((command) => /^[rw]/.test(command))).toEqual(['r', 'w', 'r'])
  })

  test('a Lo-Co card is written in Lo-Co, and the next Hi-Co card in Hi-Co', async () => {
    const { place, write, sent, inspect } = await openDesk(transport)
    place('\n\n', 'magstripe-loco')
    await write(ORDER, loCo)
    place('\n\n', 'magstripe')
    await write(ORDER)
    expect(inspect()).toEqual([ORDER, [1, 1, 0]])
    expect(sent.filter((command) => /^[xy]/.test(command))).toEqual(['y', 'x'])
  })

  test('an encoder that was without power meanwhile, and is in Lo-Co, writes Hi-Co again', async () => {
    const { place, rig, write, inspect } = await openDesk(transport)
    rig.emulator.powerCycle()
    place('\n\n')
    await write(ORDER)
    expect(inspect()).toEqual([ORDER, [1, 1, 0]])
  })

  test('a Hi-Co card that is ordered in Lo-Co stays as it was, and the message says why', async () => {
    const { place, write, inspect } = await openDesk(transport)
    place('OLD\n\n')
    expect(await failure(write(ORDER, loCo))).toMatch(/^card_swipe_failed: .* it is no Lo-Co card/)
    expect(inspect()).toEqual(['OLD\n\n', [0, 0, 0]])
  })

  test.each([
    ['0', 'done'],
    ['1', 'card_swipe_failed'],
    ['2', 'protocol_error'],
    ['4', 'protocol_error'],
    ['9', 'card_swipe_failed'],
    ['A', 'card_write_refused'],
    ['7', 'protocol_error'],
  ])('the status %s is %s, and nothing is written a second time', async (status, ending) => {
    const { place, rig, write, sent } = await openDesk(transport)
    place('\n\n')
    rig.emulator.inject({ fault: 'swipeStatus', count: status.charCodeAt(0) })
    expect(await endingOf(write(ORDER))).toBe(ending)
    expect(sent.filter((command) => command.startsWith('w'))).toHaveLength(1)
    expect(await endingOf(write(ORDER))).toBe('done')
  })

  test('an uneven swipe leaves the card as it was, and the next one writes it', async () => {
    const { place, rig, write, inspect } = await openDesk(transport)
    place('OLD\n\n')
    rig.emulator.inject({ fault: 'badSwipe' })
    expect(await failure(write(ORDER))).toBe('card_swipe_failed: It was too fast or too slow.')
    expect(inspect()).toEqual(['OLD\n\n', [0, 0, 0]])
    await write(ORDER)
    expect(inspect()).toEqual([ORDER, [1, 1, 0]])
  })

  test('without its power supply an encoder magnetises nothing, and the message says so', async () => {
    const { place, rig, write, inspect } = await openDesk(transport)
    place('\n\n')
    rig.emulator.inject({ fault: 'noPower' })
    expect(await failure(write(ORDER))).toMatch(/power supply/)
    expect(inspect()[1]).toEqual([0, 0, 0])
  })

  test('a stripe that keeps nothing is acknowledged; reading it back tells', async () => {
    const { place, rig, write, see } = await openDesk(transport)
    place('\n\n')
    rig.emulator.inject({ fault: 'wornStripe' })
    expect(await endingOf(write(ORDER))).toBe('done')
    expect(await endingOf(see())).toBe('card_unreadable')
  })

  test.each(['B4111111111111111^TEST/CARD^2512101\n\n', '\n4111111111111111=2512101\n'])(
    'a payment card is not made',
    async (content) => {
      const { place, write, sent, inspect } = await openDesk(transport)
      place('\n\n')
      const refused = write(content)
      expect(await endingOf(refused)).toBe('order_invalid')
      expect(await refused.catch(textOf)).not.toMatch(/4111|TEST/)
      expect([sent, inspect()[1]]).toEqual([[], [0, 0, 0]])
    },
  )

  test.each(['\n\n', 'A\n1', 'abc\n\n', `${'A'.repeat(77)}\n\n`])('%j is not written', async (content) => {
    const { write, sent } = await openDesk(transport)
    expect(await endingOf(write(content))).toBe('order_invalid')
    expect(sent).toEqual([])
  })
})

describe.each(links)('giving up over %s', (transport) => {
  test('a write that was given up is not carried out when the card is swiped later', async () => {
    const { rig, place, write, inspect, see, sent } = await openDesk(transport)
    const abort = new AbortController()
    rig.clock.setTimeout(() => abort.abort(), 5000)
    expect(await endingOf(write(ORDER, hiCo, abort.signal))).toBe('aborted')
    place('OLD\n\n')
    await rig.clock.advance(60_000)
    expect(inspect()).toEqual(['OLD\n\n', [0, 0, 0]])
    sent.length = 0
    expect(await see()).toBe('OLD\n\n')
    // After the reset nothing that was set before is relied on.
    expect(sent.join(', ')).toBe('z 3D16, b A1, b 4B, b C1, o 070505, r')
  })

  test('a status that comes late, after its write was given up, is not taken for that of the next', async () => {
    const { rig, device, place, write, inspect } = await openDesk(transport)
    place('\n\n')
    const abort = new AbortController()
    const writing = endingOf(device.write(card, hiCo, bytes('FIRST\n\n'), { signal: abort.signal }))
    rig.clock.setTimeout(() => rig.emulator.inject({ fault: 'lateAnswers' }), 10)
    await rig.clock.advance(1000)
    expect(inspect()).toEqual(['FIRST\n\n', [1, 0, 0]])
    abort.abort()
    expect(await rig.clock.drive(writing)).toBe('aborted')
    await write(ORDER)
    expect(inspect()).toEqual([ORDER, [2, 1, 0]])
  })

  test('a write of which nothing is heard ends by itself, and is not done again', async () => {
    const { rig, device, place, inspect, sent } = await openDesk(transport)
    place('\n\n')
    const writing = failure(device.write(card, hiCo, bytes(ORDER), idle))
    rig.clock.setTimeout(() => rig.emulator.inject({ fault: 'dropAnswers' }), 10)
    expect(await rig.clock.drive(writing)).toMatch(/^device_unresponsive: .* 40 seconds/)
    expect(sent.filter((command) => command.startsWith('w'))).toHaveLength(1)
    expect(inspect()).toEqual([ORDER, [1, 1, 0]])
  })

  test('an encoder that falls silent is told as unresponsive, and serves again when it has power', async () => {
    const { rig, device, place, see } = await openDesk(transport)
    const calls = [() => device.waitForCard(idle), () => device.write(card, hiCo, bytes(ORDER), idle)]
    for (const call of calls) {
      const ending = endingOf(call())
      await rig.clock.advance(1000)
      rig.emulator.inject({ fault: 'silent' })
      expect(await rig.clock.drive(ending)).toBe('device_unresponsive')
      expect(await endingOf(rig.clock.drive(device.probe(idle)))).toBe('device_unresponsive')
      rig.emulator.powerCycle()
    }
    place('A\n\n')
    expect(await see()).toBe('A\n\n')
  })

  test('a command to read that was lost is given again', async () => {
    const { rig, place, see } = await openDesk(transport)
    place('A\n\n')
    rig.emulator.inject({ fault: 'loseCommands' })
    expect(await see()).toBe('A\n\n')
  })
})

test.each([
  ['identify', ['82', '81', '82', '81', '81']],
  ['success', ['83', '83', '83', '83', '81']],
  ['failure', ['85', '85', '85', '85', '81']],
] as const)('%s lights up, and leaves the lights off', async (what, lights) => {
  const { rig, device, sent } = await openDesk('hid')
  await rig.clock.drive(device.indicate?.(what, idle) ?? Promise.reject(new Error('no lights')))
  expect(sent).toEqual(['e', ...lights])
})
