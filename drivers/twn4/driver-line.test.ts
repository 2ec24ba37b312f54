import { describe, expect, test } from 'vitest'
import { type ByteTransport, type CardAddress, type CardDevice, CardUid } from 'encoder-bridge/driver'
import { createRig, endingOf, type Rig, type RigOptions } from '../../test/conformance/rig.ts'
import twn4 from './index.ts'

const idle = { signal: new AbortController().signal }
const UID = '66CF4DC2'
const card = { uid: CardUid.parse(UID), technology: 'mifare-classic-1k' } as const
const block = (number: number): CardAddress => ({
  kind: 'block',
  block: number,
  key: { type: 'A', value: new Uint8Array(6).fill(0xff) },
})
const bytes = (value: number): Uint8Array => new Uint8Array(16).fill(value)
const toBytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

interface Desk extends Rig {
  readonly device: CardDevice
  read(number: number): Promise<Uint8Array>
  write(number: number): Promise<string>
  writes(number: number): number | undefined
}

/** A device with a card whose sector 1 is open, and whose blocks 4 to 6 hold their numbers. */
const openDesk = async (options: RigOptions = {}): Promise<Desk> => {
  const memory = new Uint8Array(64 * 16)
  const trailer = [...bytes(0xff).slice(0, 6), 0xff, 0x07, 0x80, 0x69, ...bytes(0xff).slice(0, 6)]
  for (let sector = 0; sector < 16; sector++) memory.set(trailer, sector * 64 + 48)
  for (const number of [4, 5, 6]) memory.set(bytes(number), number * 16)
  const rig = await createRig(twn4, { card: { type: 'classic1k', uid: UID, memory }, ...options })
  const device = await rig.open()
  await rig.clock.drive(device.waitForCard(idle))
  await rig.clock.drive(device.read(card, block(4), idle))
  return {
    ...rig,
    device,
    read: (number) => rig.clock.drive(device.read(card, block(number), idle)),
    write: (number) => endingOf(rig.clock.drive(device.write(card, block(number), bytes(0xee), idle))),
    writes: (number) => rig.emulator.countWrites(UID)[number],
  }
}

/** Lets requests through as `change` makes them, while it is told to. */
const changing = (change: (line: string) => string) => {
  const state = {
    isOn: false,
    wrap: (line: ByteTransport): ByteTransport => ({
      ...line,
      path: 'changed',
      write: (written) => {
        const text = Buffer.from(written).toString('latin1')
        return line.write(toBytes(state.isOn ? change(text) : text))
      },
    }),
  }
  return state
}

describe('a reader that misbehaves', () => {
  test.each([
    'loseCommands',
    'dropAnswers',
    'corruptAnswers',
    'noise',
    'splitBytes',
    'duplicateAnswers',
    'lateAnswers',
  ])('%s: each block that is read is the one that was asked for', async (fault) => {
    const { emulator, read } = await openDesk()
    for (const number of [4, 5, 6, 5, 4]) {
      emulator.inject({ fault })
      expect(await read(number)).toEqual(bytes(number))
    }
  })

  test.each([
    ['splitBytes', 'done', 1],
    ['duplicateAnswers', 'done', 1],
    ['dropAnswers', 'device_unresponsive', 1],
    ['lateAnswers', 'device_unresponsive', 1],
    ['corruptAnswers', 'protocol_error', 1],
    ['noise', 'protocol_error', 1],
    ['loseCommands', 'device_unresponsive', 0],
  ])('%s: a write ends as %s, is done %i times and never sent again', async (fault, ending, count) => {
    const { emulator, read, write, writes } = await openDesk()
    emulator.inject({ fault })
    expect(await write(4)).toBe(ending)
    expect(await read(5)).toEqual(bytes(5))
    expect(await read(4)).toEqual(bytes(count === 1 ? 0xee : 4))
    expect(writes(4)).toBe(count)
  })

  test.each([
    [1, 'not_supported'],
    [2, 'protocol_error'],
    [3, 'protocol_error'],
    [4, 'not_supported'],
    [5, 'protocol_error'],
    [9, 'protocol_error'],
  ])(
    'error %i to a write is %s; to a read it may be the line’s fault, and it is asked again',
    async (count, code) => {
      const { emulator, read, write, writes } = await openDesk()
      emulator.inject({ fault: 'errorCode', count })
      expect(await read(5)).toEqual(bytes(5))
      emulator.inject({ fault: 'errorCode', count })
      expect([await write(4), writes(4)]).toEqual([code, 0])
    },
  )

  test('an answer that lost two digits is asked for again', async () => {
    let isLosing = false
    const wrap: RigOptions['wrap'] = (line) => ({
      ...line,
      path: 'losing',
      listen: (listener) =>
        line.listen({
          onLost: (error) => listener.onLost(error),
          onBytes: (given) => {
            listener.onBytes(isLosing ? given.slice(2) : given)
            isLosing = false
          },
        }),
    })
    const { read } = await openDesk({ wrap })
    isLosing = true
    expect([await read(5), isLosing]).toEqual([bytes(5), false])
  })

  test('that falls silent is unresponsive within seconds, and found again when it is back', async () => {
    const { clock, device, emulator, read } = await openDesk()
    emulator.inject({ fault: 'silent' })
    const start = clock.now()
    expect(await endingOf(read(4))).toBe('device_unresponsive')
    expect(clock.now() - start).toBeLessThan(8000)
    emulator.powerCycle()
    expect(await endingOf(clock.drive(device.probe(idle)))).toBe('done')
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe(UID)
  })

  test('that lost its power is not taken to know the card still', async () => {
    const { emulator, read, write } = await openDesk()
    emulator.inject({ fault: 'silent' })
    expect(await endingOf(read(4))).toBe('device_unresponsive')
    emulator.powerCycle()
    expect(await write(4)).toBe('done')
  })
})

describe('a request that arrived without its end', () => {
  test('is never carried out late, when the next request ends it', async () => {
    const line = changing((text) => (text.startsWith('0B02') ? text.slice(0, -1) : text))
    const { clock, device, read, write, writes } = await openDesk({ wrap: line.wrap })
    line.isOn = true
    expect(await write(4)).toBe('device_unresponsive')
    await clock.drive(device.probe(idle))
    expect([await read(4), writes(4)]).toEqual([bytes(4), 0])
  })

  test('and without some of its data is not completed by what follows', async () => {
    for (const kept of [6, 8, 20, 34, 36, 38]) {
      const line = changing((text) => (text.startsWith('0B02') ? text.slice(0, kept) : text))
      const { read, write, writes } = await openDesk({ wrap: line.wrap })
      line.isOn = true
      expect(await write(4)).toBe('device_unresponsive')
      expect([await read(5), await read(4), writes(4)], `${kept}`).toEqual([bytes(5), bytes(4), 0])
    }
  })
})

describe('an abort', () => {
  test('of a write waits for its answer: the block is written whole', async () => {
    const { clock, device, emulator, writes } = await openDesk({ realtime: true })
    const abort = new AbortController()
    const writing = endingOf(device.write(card, block(4), bytes(1), { signal: abort.signal }))
    await clock.advance(5)
    abort.abort()
    expect(await clock.drive(writing)).toBe('aborted')
    expect(emulator.dumpCard(UID).slice(64, 80)).toEqual(bytes(1))
    expect(writes(4)).toBe(1)
  })

  test('of a read rejects at once, and its late answer is not taken for the next one', async () => {
    const { clock, device, read } = await openDesk({ realtime: true })
    const abort = new AbortController()
    const reading = endingOf(device.read(card, block(4), { signal: abort.signal }))
    await clock.advance(5)
    const abortedAtMs = clock.now()
    abort.abort()
    expect([await clock.drive(reading), clock.now()]).toEqual(['aborted', abortedAtMs])
    expect(await read(5)).toEqual(bytes(5))
  })

  test('while it waits for a card leaves it ready for the next wait', async () => {
    const { clock, device, emulator } = await openDesk({ realtime: true })
    emulator.removeCard()
    for (const afterMs of [1, 7, 50, 90, 130]) {
      const abort = new AbortController()
      const waiting = endingOf(device.waitForCard({ signal: abort.signal }))
      await clock.advance(afterMs)
      abort.abort()
      expect(await clock.drive(waiting)).toBe('aborted')
    }
    emulator.placeCard({ type: 'classic1k', uid: UID })
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe(UID)
  })
})
