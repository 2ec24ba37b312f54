import { describe, expect, test } from 'vitest'
import type { BridgeError, PcscState } from 'encoder-bridge/driver'
import { endingOf } from '../../test/conformance/rig.ts'
import { block, classic, createReader, idle, openDesk, transportKey } from '../../test/support/pcsc-desk.ts'

const bytes = (value: number): Uint8Array => new Uint8Array(16).fill(value)
const GET_UID = 'FFCA000000'
const LOAD = 'FF82000006FFFFFFFFFFFF'
const WRITE_4 = `FFD6000410${'01'.repeat(16)}`

describe('the work with a block', () => {
  test('takes one key, one authentication a sector and one APDU a block', async () => {
    const { sent, read, write } = await openDesk()
    await write(block(4), bytes(1))
    expect(await read(block(4))).toEqual(bytes(1))
    await write(block(5), bytes(2))
    await read(block(8))
    expect(sent).toEqual([
      LOAD,
      'FF860000050100046000',
      WRITE_4,
      'FFB0000410',
      `FFD6000510${'02'.repeat(16)}`,
      'FF860000050100086000',
      'FFB0000810',
    ])
  })

  test('loads and authenticates anew for another key of the same sector', async () => {
    const { sent, read, write } = await openDesk()
    const other = { type: 'B', value: new Uint8Array(6).fill(0xab) } as const
    // Access bits 78 77 88 (MF1S503x §8.7): key B reads and writes the sector.
    const trailer = Uint8Array.from([...transportKey.value, 0x78, 0x77, 0x88, 0x69, ...other.value])
    await write(block(7), trailer)
    await read(block(4, other))
    expect(sent.slice(3)).toEqual(['FF82000006ABABABABABAB', 'FF860000050100046100', 'FFB0000410'])
  })

  test('does not take a sector that one key has opened for open to another', async () => {
    const { read } = await openDesk()
    await read(block(4))
    const wrong = { type: 'A', value: new Uint8Array(6) } as const
    expect(await endingOf(read(block(5, wrong)))).toBe('card_key_refused')
  })

  test('never sends a write to block 0, or of a trailer that contradicts itself', async () => {
    const { sent, write } = await openDesk()
    expect(await endingOf(write(block(0), bytes(0)))).toBe('not_supported')
    expect(await endingOf(write(block(7), bytes(0)))).toBe('not_supported')
    expect(sent).toEqual([])
  })

  test('begins with selecting the card again after four seconds of nothing: Windows resets it after five', async () => {
    const { clock, sent, read } = await openDesk()
    await read(block(4))
    sent.length = 0
    await clock.advance(4100)
    await read(block(4))
    expect(sent).toEqual(['reset', 'connect', GET_UID, LOAD, 'FF860000050100046000', 'FFB0000410'])
  })
})

describe('a card that refuses', () => {
  test('a key is selected again, and leaves the device usable with the right one', async () => {
    const { sent, read } = await openDesk()
    const wrong = { type: 'A', value: new Uint8Array(6) } as const
    expect(await endingOf(read(block(4, wrong)))).toBe('card_key_refused')
    expect(sent.slice(-3)).toEqual(['reset', 'connect', GET_UID])
    expect(await endingOf(read(block(4)))).toBe('done')
  })

  test('a write is not asked twice', async () => {
    const { emulator, sent, write } = await openDesk()
    emulator.inject({ fault: 'nakWrites' })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('card_write_refused')
    expect(sent.filter((apdu) => apdu.startsWith('FFD6'))).toHaveLength(1)
    expect(emulator.countWrites('922E5832')[4]).toBe(0)
  })

  test.each([0x6281, 0x6300, 0x6982, 0x9100, 0x0090])('by status %x has not been written', async (status) => {
    const { emulator, read, write } = await openDesk()
    await read(block(4))
    emulator.inject({ fault: 'errorStatus', count: status })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('card_write_refused')
  })

  test('a read once is asked again', async () => {
    const { emulator, read } = await openDesk()
    await read(block(4))
    emulator.inject({ fault: 'errorStatus', count: 0x6300 })
    expect(await endingOf(read(block(4)))).toBe('done')
  })

  test('has not answered a read when the data is missing', async () => {
    const { emulator, read } = await openDesk()
    await read(block(4))
    emulator.inject({ fault: 'errorStatus', count: 0x9000 })
    expect(await endingOf(read(block(4)))).toBe('protocol_error')
  })
})

describe('a call that the service reports as failed', () => {
  test('is made again once when it reads, and the card is selected before', async () => {
    const { emulator, sent, read } = await openDesk()
    await read(block(4))
    sent.length = 0
    emulator.inject({ fault: 'failTransmits' })
    expect(await endingOf(read(block(4)))).toBe('done')
    expect(sent.slice(0, 4)).toEqual(['FFB0000410', 'reset', 'connect', GET_UID])
  })

  test.each(['failTransmits', 'loseAnswers'])('is never made again when it writes (%s)', async (fault) => {
    const { emulator, sent, read, write } = await openDesk()
    await read(block(4))
    emulator.inject({ fault })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('device_fault')
    expect(sent.filter((apdu) => apdu === WRITE_4)).toHaveLength(1)
    expect(emulator.countWrites('922E5832')[4]).toBe(fault === 'loseAnswers' ? 1 : 0)
  })

  test('was the first sign that the card has gone, when the slot is empty soon after', async () => {
    const { clock, emulator, device, card, read } = await openDesk()
    await read(block(4))
    emulator.inject({ fault: 'failTransmits' })
    clock.setTimeout(() => emulator.removeCard(), 900)
    const writing = device.write(card, block(4), bytes(1), idle)
    expect(await endingOf(clock.drive(writing))).toBe('card_removed')
  })
})

describe('a card that goes', () => {
  test('is not asked any more, and one that is put back is the same', async () => {
    const { clock, emulator, sent, read } = await openDesk()
    await read(block(4))
    sent.length = 0
    emulator.removeCard()
    await clock.advance(0)
    expect(await endingOf(read(block(4)))).toBe('card_removed')
    expect(sent).toEqual(['reset'])
    emulator.placeCard(classic)
    expect(await endingOf(read(block(4)))).toBe('done')
  })

  test('is told apart from the one that lies in its place', async () => {
    const { clock, emulator, write } = await openDesk()
    emulator.removeCard()
    await clock.advance(0)
    emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('card_swapped')
    expect(emulator.countWrites('E23FB81E')[4]).toBe(0)
  })

  test('is noticed by its silence, when the service never tells that the slot is empty', async () => {
    const { emulator, read } = await openDesk()
    emulator.inject({ fault: 'loseRemovals' })
    emulator.removeCard()
    expect(await endingOf(read(block(4)))).toBe('card_removed')
  })

  test.each([1, 2, 3])(
    'in the middle of a write, at its APDU %i, is removed and was written at most once',
    async (count) => {
      const { emulator, write } = await openDesk()
      emulator.inject({ fault: 'removeDuringTransmit', count })
      expect(await endingOf(write(block(4), bytes(1)))).toBe('card_removed')
      expect(emulator.countWrites('922E5832')[4]).toBe(0)
    },
  )
})

describe('waiting', () => {
  test('takes a card that comes, and looks at nothing before', async () => {
    const { clock, emulator, open, sent } = await createReader()
    const device = await open()
    sent.length = 0
    const waiting = device.waitForCard(idle)
    await clock.advance(60_000)
    expect(sent).toEqual([])
    emulator.placeCard(classic)
    expect(await clock.drive(waiting)).toEqual({ uid: '922E5832', technology: 'mifare-classic-1k' })
  })

  test('goes on after a card that had gone before it said who it is', async () => {
    const { clock, emulator, open } = await createReader({ card: classic })
    const device = await open()
    emulator.inject({ fault: 'removeDuringTransmit' })
    const waiting = device.waitForCard(idle)
    await clock.advance(1000)
    emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
    expect((await clock.drive(waiting)).uid).toBe('E23FB81E')
  })

  test('looks again at a card at the edge of the field, which tells no UID', async () => {
    const { clock, emulator, open } = await createReader({ card: classic })
    const device = await open()
    emulator.inject({ fault: 'errorStatus', count: 0x6300 })
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('922E5832')
    expect(clock.now()).toBe(250)
  })

  test.each([
    [2, '922E5832'],
    [3, 'device_fault'],
  ])('when the service reports %i faults in a row ends with %s', async (count, ending) => {
    const { clock, emulator, open } = await createReader({ card: classic })
    const device = await open()
    emulator.inject({ fault: 'failTransmits', count })
    const found = clock.drive(device.waitForCard(idle)).then(({ uid }) => uid)
    expect(await found.catch(({ code }: BridgeError) => code)).toBe(ending)
  })

  test('goes on while a card does not answer to reset', async () => {
    const { clock, emulator, open } = await createReader()
    const device = await open()
    emulator.inject({ fault: 'muteCards' })
    const waiting = device.waitForCard(idle)
    emulator.placeCard(classic)
    await clock.advance(10_000)
    emulator.removeCard()
    emulator.placeCard(classic)
    expect((await clock.drive(waiting)).uid).toBe('922E5832')
  })

  test('ends with device_busy when another program holds the card', async () => {
    const { clock, emulator, open } = await createReader({ card: classic })
    const device = await open()
    emulator.inject({ fault: 'sharingViolation' })
    expect(await endingOf(clock.drive(device.waitForCard(idle)))).toBe('device_busy')
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('922E5832')
  })

  test('does not even ask a card whose ATR nobody is allowed to read', async () => {
    const held: PcscState = { kind: 'present', atr: new Uint8Array(0) }
    const { clock, open, sent } = await createReader({
      wrap: (reader) => ({
        ...reader,
        listen: (listener) => reader.listen({ ...listener, onState: () => listener.onState(held) }),
      }),
    })
    const device = await open()
    sent.length = 0
    expect(await endingOf(clock.drive(device.waitForCard(idle)))).toBe('device_busy')
    expect(sent).toEqual([])
  })

  test('takes the first of two cards: a reader reports one', async () => {
    const { clock, emulator, open } = await createReader({ card: classic })
    emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
    const device = await open()
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('922E5832')
  })
})

describe('keys in the reader', () => {
  test('are overwritten before the card is let go', async () => {
    const { clock, device, sent, read } = await openDesk()
    await read(block(4))
    sent.length = 0
    await clock.drive(device.release(idle))
    expect(sent).toEqual(['FF82000006000000000000', 'reset'])
    await clock.drive(device.waitForCard(idle))
    await clock.drive(device.release(idle))
    expect(sent.slice(2)).toEqual(['connect', GET_UID, 'reset'])
  })

  test('are overwritten with the next card, when theirs had gone', async () => {
    const { clock, device, emulator, sent, read } = await openDesk()
    await read(block(4))
    emulator.removeCard()
    await clock.advance(1)
    await clock.drive(device.release(idle))
    emulator.placeCard(classic)
    await clock.drive(device.waitForCard(idle))
    sent.length = 0
    await clock.drive(device.close())
    expect(sent).toEqual(['FF82000006000000000000', 'reset'])
  })

  test('go to lasting memory only where volatile memory is refused, and stay there', async () => {
    const { clock, device, sent, read } = await openDesk({ model: 'omnikey5022' })
    await read(block(4))
    expect(sent.slice(0, 3)).toEqual([LOAD, 'FF82200006FFFFFFFFFFFF', 'FF860000050100046000'])
    sent.length = 0
    expect(await endingOf(read(block(8, { type: 'A', value: bytes(1).slice(0, 6) })))).toBe(
      'card_key_refused',
    )
    expect(sent[0]).toBe('FF82200006010101010101')
    sent.length = 0
    await clock.drive(device.release(idle))
    expect(sent).toEqual(['reset'])
  })

  test('go to the session slot of an ACR1281U', async () => {
    const { sent, read } = await openDesk({ model: 'acr1281u' })
    await read(block(4))
    expect(sent.slice(0, 2)).toEqual(['FF82002006FFFFFFFFFFFF', 'FF860000050100046020'])
  })

  test('that it takes nowhere are a fault of the reader', async () => {
    const { emulator, read } = await openDesk()
    emulator.inject({ fault: 'refuseKeys', count: 10 })
    expect(await endingOf(read(block(4)))).toBe('device_fault')
  })
})

describe('a reader that does not answer', () => {
  test('is given up after three seconds, and works again with its power cycled', async () => {
    const { clock, emulator, read } = await openDesk()
    emulator.inject({ fault: 'silent' })
    const startMs = clock.now()
    expect(await endingOf(read(block(4)))).toBe('device_unresponsive')
    expect(clock.now() - startMs).toBe(3000)
    emulator.powerCycle()
    expect(await endingOf(read(block(4)))).toBe('done')
  })
})

test('a full write of a sector takes less than 150 ms on the emulator’s time model', async () => {
  const { clock, read, write } = await openDesk({ realtime: true })
  const startMs = clock.now()
  for (const number of [4, 5, 6]) {
    await write(block(number), bytes(number))
    await read(block(number))
  }
  expect(clock.now() - startMs).toBeLessThan(150)
})
