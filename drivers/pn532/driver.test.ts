import { describe, expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { formatHex, parseHex } from '../../src/wire/hex.ts'
import { tamperWith } from '../../test/conformance/line-faults.ts'
import { createRig, endingOf, type RigOptions } from '../../test/conformance/rig.ts'
import {
  block,
  classic,
  commandsOf,
  idle,
  noteInto,
  openDesk,
  transportKey,
} from '../../test/support/pn532-desk.ts'
import pn532 from './index.ts'

const bytes = (value: number): Uint8Array => new Uint8Array(16).fill(value)

describe('the work with a card', () => {
  test('takes one authentication a sector and one frame a command', async () => {
    const { sent, read, write } = await openDesk()
    await write(block(4), bytes(1))
    await read(block(4))
    await write(block(5), bytes(2))
    await read(block(8))
    expect(commandsOf(sent).map((command) => command.slice(0, 10))).toEqual([
      'D440016004',
      'D44001A004',
      'D440013004',
      'D44001A005',
      'D440016008',
      'D440013008',
    ])
  })

  test('authenticates anew for another key of the same sector', async () => {
    const { sent, read, write } = await openDesk()
    const other = { type: 'A', value: new Uint8Array(6).fill(0xab) } as const
    const trailer = Uint8Array.from([...other.value, 0xff, 0x07, 0x80, 0x69, ...transportKey.value])
    await write(block(7), trailer)
    expect(await endingOf(read(block(4, other)))).toBe('done')
    expect(commandsOf(sent).filter((command) => command.startsWith('D4400160'))).toHaveLength(2)
  })

  test('of a 4K card takes one authentication a sector, also where a sector has sixteen blocks', async () => {
    const { sent, read, write, emulator } = await openDesk({ card: { type: 'classic4k', uid: '922E5832' } })
    // Behind block 0, the data blocks: 3 in each of 32 sectors, 15 in each of 8.
    const isTrailer = (number: number): boolean =>
      number % (number < 128 ? 4 : 16) === (number < 128 ? 3 : 15)
    const blocks = Array.from({ length: 255 }, (_, index) => index + 1).filter((number) => !isTrailer(number))
    for (const number of blocks) {
      await write(block(number), bytes(number))
      expect(await read(block(number))).toEqual(bytes(number))
    }
    expect(commandsOf(sent).filter((command) => command.startsWith('D4400160'))).toHaveLength(40)
    expect(emulator.countWrites('922E5832').filter((count) => count === 1)).toHaveLength(215)
  })

  test('uses a UID of seven bytes by its last four', async () => {
    const { sent, read } = await openDesk({ card: { type: 'classic1k', uid: '04112233445580' } })
    await read(block(4))
    expect(commandsOf(sent)[0]).toBe('D440016004FFFFFFFFFFFF33445580')
  })

  test('releases the card between two polls: one with a long UID may not answer otherwise', async () => {
    const { clock, device, sent } = await openDesk({ card: { type: 'classic1k', uid: '04112233445580' } })
    await clock.drive(device.waitForCard(idle))
    expect(commandsOf(sent)).toEqual(['D45200', 'D44A0200'])
  })

  test('never sends a write to block 0, or of a trailer that contradicts itself', async () => {
    const { sent, write } = await openDesk()
    expect(await endingOf(write(block(0), bytes(0)))).toBe('not_supported')
    expect(await endingOf(write(block(7), bytes(0)))).toBe('not_supported')
    expect(sent).toEqual([])
  })
})

describe('a card that refuses', () => {
  test('a key leaves the device usable with the right one', async () => {
    const { read } = await openDesk()
    const wrong = { type: 'A', value: new Uint8Array(6) } as const
    expect(await endingOf(read(block(4, wrong)))).toBe('card_key_refused')
    expect(await endingOf(read(block(4)))).toBe('done')
  })

  test('a write is told from one that is gone', async () => {
    const { emulator, write } = await openDesk()
    emulator.inject({ fault: 'nakWrites' })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('card_write_refused')
    emulator.inject({ fault: 'removeCardAfterWrites' })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('done')
    expect(await endingOf(write(block(5), bytes(1)))).toBe('card_removed')
  })

  test('because it was torn away in the middle of a write is removed, and never written again', async () => {
    const { emulator, write } = await openDesk()
    emulator.inject({ fault: 'tearWrite' })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('card_removed')
    expect(emulator.countWrites('922E5832')[4]).toBe(1)
  })

  test('a read once because of a disturbance is read again', async () => {
    const { emulator, read } = await openDesk()
    await read(block(4))
    emulator.inject({ fault: 'errorStatus', count: 0x02 })
    expect(await endingOf(read(block(5)))).toBe('done')
  })
})

describe('a chip that misbehaves', () => {
  test.each([
    'noAck',
    'dropAnswers',
    'corruptChecksum',
    'noise',
    'splitBytes',
    'duplicateAnswers',
    'lateAnswers',
  ])('%s: each block is written once and read back', async (fault) => {
    const { emulator, read, write } = await openDesk()
    for (const number of [4, 5, 6]) {
      emulator.inject({ fault })
      await write(block(number), bytes(number))
      emulator.inject({ fault })
      expect(await read(block(number))).toEqual(bytes(number))
    }
    expect(emulator.countWrites('922E5832').slice(4, 7)).toEqual([1, 1, 1])
  })

  test('a command that was not heard is sent again, unless it writes: silence may be that of the answer', async () => {
    const { emulator, read, write } = await openDesk()
    emulator.inject({ fault: 'loseCommands' })
    expect(await endingOf(read(block(4)))).toBe('done')
    emulator.inject({ fault: 'loseCommands' })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('device_unresponsive')
    expect(emulator.countWrites('922E5832')[4]).toBe(0)
    expect(await endingOf(write(block(4), bytes(1)))).toBe('done')
  })

  test('a write of which nothing came back is never sent again', async () => {
    let isSilent = false
    const wrap: RigOptions['wrap'] = (line) =>
      tamperWith(line, { toHost: (piece) => (isSilent ? [] : [piece]) })
    const { emulator, read, write } = await openDesk({ wrap })
    await read(block(4))
    isSilent = true
    expect(await endingOf(write(block(4), bytes(1)))).toBe('device_unresponsive')
    expect(emulator.countWrites('922E5832')[4]).toBe(1)
  })

  test('a corrupt answer is asked for at once', async () => {
    const { clock, emulator, read } = await openDesk()
    emulator.inject({ fault: 'corruptChecksum' })
    const start = clock.now()
    await read(block(4))
    expect(clock.now()).toBe(start)
  })

  test('an answer that lost its status byte, and passes its checksum by the postamble, is asked for again', async () => {
    let isLosing = false
    const wrap: RigOptions['wrap'] = (line) =>
      tamperWith(line, {
        toHost: (piece) => {
          if (!isLosing || formatHex(piece) !== '00FF03FDD54100EA') return [piece]
          isLosing = false
          // A chip that keeps preamble and postamble, whatever it is told.
          return [Uint8Array.of(0, 0, 0xff, 0x03, 0xfd, 0xd5, 0x41, 0xea, 0)]
        },
      })
    const { emulator, read, write } = await openDesk({ wrap })
    await read(block(4))
    isLosing = true
    await write(block(4), bytes(1))
    expect([isLosing, emulator.countWrites('922E5832')[4]]).toEqual([false, 1])
  })

  test('a write whose acknowledgement was disturbed is never sent again', async () => {
    let isHalving = false
    const wrap: RigOptions['wrap'] = (line) =>
      tamperWith(line, { toHost: (piece) => (isHalving ? [piece.slice(0, 3)] : [piece]) })
    const { emulator, read, write } = await openDesk({ wrap })
    await read(block(4))
    isHalving = true
    expect(await endingOf(write(block(4), bytes(1)))).toBe('protocol_error')
    expect(emulator.countWrites('922E5832')[4]).toBe(1)
  })

  test('that overheats reports a fault of its own, not of the card', async () => {
    const { emulator, read } = await openDesk()
    emulator.inject({ fault: 'errorStatus', count: 0x0d })
    expect(await endingOf(read(block(4)))).toBe('device_fault')
  })

  test('that falls silent is unresponsive within seconds', async () => {
    const { clock, emulator, read } = await openDesk()
    emulator.inject({ fault: 'silent' })
    const start = clock.now()
    expect(await endingOf(read(block(4)))).toBe('device_unresponsive')
    expect(clock.now() - start).toBeLessThan(3000)
  })

  test('that lost its power is found again by a probe', async () => {
    const { clock, device, emulator } = await openDesk()
    emulator.powerCycle()
    expect(await endingOf(clock.drive(device.probe(idle)))).toBe('done')
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('922E5832')
  })
})

describe('an abort', () => {
  test('of a write lets the block be finished', async () => {
    const { clock, device, card, emulator } = await openDesk({ realtime: true })
    await clock.drive(device.read(card, block(4), idle))
    const abort = new AbortController()
    const writing = endingOf(device.write(card, block(4), bytes(1), { signal: abort.signal }))
    await clock.advance(5)
    abort.abort()
    expect(await clock.drive(writing)).toBe('aborted')
    expect(emulator.dumpCard(card.uid).slice(64, 80)).toEqual(bytes(1))
    expect(emulator.countWrites(card.uid)[4]).toBe(1)
  })

  test('of anything else is the ACK frame, and the next command waits until the chip is ready', async () => {
    const { clock, device, sent, emulator } = await openDesk({ realtime: true })
    emulator.removeCard()
    const abort = new AbortController()
    const waiting = endingOf(device.waitForCard({ signal: abort.signal }))
    await clock.advance(8)
    abort.abort()
    expect(await clock.drive(waiting)).toBe('aborted')
    expect(sent.at(-1)).toBe('0000FF00FF00')
    emulator.placeCard(classic)
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('922E5832')
  })
})

describe('opening', () => {
  test('asks for answers without preamble and postamble, and closing gives them back to other programs', async () => {
    const told: string[] = []
    const wrap: RigOptions['wrap'] = (line) =>
      tamperWith(line, {
        toHost: (piece) => {
          told.push(formatHex(piece))
          return [piece]
        },
      })
    const rig = await createRig(pn532, { wrap })
    const device = await rig.clock.drive(rig.open())
    expect(told).toContain('00FF06FAD50332010607E8')
    await rig.clock.drive(device.close())
    // GetFirmwareVersion, by somebody else.
    const heard: string[] = []
    rig.emulator.connect((piece) => heard.push(formatHex(piece)))
    rig.emulator.receive(parseHex('0000FF02FED4022A00'))
    await rig.clock.advance(50)
    expect(heard).toEqual(['0000FF00FF00', '0000FF06FAD50332010607E800'])
  })

  test('refuses a chip of another kind', async () => {
    // A PN533 by its IC byte: 33 instead of 32, with the checksum that goes with it.
    const wrap: RigOptions['wrap'] = (line) =>
      tamperWith(line, {
        toHost: (piece) => [
          formatHex(piece) === '00FF06FAD50332010607E8'
            ? Uint8Array.of(0, 0xff, 0x06, 0xfa, 0xd5, 0x03, 0x33, 0x01, 0x06, 0x07, 0xe7)
            : piece,
        ],
      })
    expect(await endingOf((await createRig(pn532, { wrap })).open())).toBe('device_mismatch')
  })

  test('refuses something that talks, but not as a PN532 does', async () => {
    const wrap: RigOptions['wrap'] = (line) => tamperWith(line, { toHost: () => [Uint8Array.of(0x4f, 0x4b)] })
    expect(await endingOf((await createRig(pn532, { wrap })).open())).toBe('device_mismatch')
  })

  test('wakes a chip that needs its first frame twice', async () => {
    const rig = await createRig(pn532)
    rig.emulator.inject({ fault: 'loseCommands' })
    expect((await rig.open()).info).toEqual({ model: 'PN532', firmware: '1.6', serialNumber: null })
  })

  test('switches the RF field off, whatever another program left; waiting for a card switches it on', async () => {
    const sent: string[] = []
    const wrap: RigOptions['wrap'] = (line) => tamperWith(line, { toDevice: noteInto(sent) })
    const rig = await createRig(pn532, { card: classic, wrap, options: { sessionBaudRate: 115200 } })
    const device = await rig.open()
    expect(commandsOf(sent).at(-1)).toBe('D4320100')
    await rig.clock.drive(device.waitForCard(idle))
    expect(commandsOf(sent).slice(-2)).toEqual(['D4320101', 'D44A0200'])
    await rig.clock.drive(device.release(idle))
    expect(commandsOf(sent).slice(-2)).toEqual(['D45200', 'D4320100'])
  })
})

test('every fault that the driver reports is a BridgeError with a code of the table', async () => {
  const { emulator, read } = await openDesk()
  emulator.inject({ fault: 'silent' })
  await expect(read(block(4))).rejects.toSatisfy((error) => isBridgeError(error))
})
