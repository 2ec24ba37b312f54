import { expect, test } from 'vitest'
import { BridgeError, type PcscEmulator, type PcscState } from '../contract/index.ts'
import { createStillEmulator } from '../../test/support/still-emulator.ts'
import { connectPcsc, type MemoryPcsc } from './memory-pcsc.ts'

const atr = Uint8Array.of(0x3b, 0x00)
const ok = Uint8Array.of(0x90, 0x00)

interface Slot {
  readonly reader: MemoryPcsc
  readonly states: string[]
  readonly power: string[]
  readonly lost: string[]
  insert(): void
  remove(): void
  /** Lets the card answer the APDUs that wait. */
  answer(): void
  listen(): () => void
}

/** A reader whose card answers 90 00 when it is let. */
const plugIn = (): Slot => {
  let tell: (state: PcscState) => void = () => {}
  let isInside = false
  const waiting: (() => void)[] = []
  const power: string[] = []
  const emulator: PcscEmulator = Object.assign(createStillEmulator(), {
    kind: 'pcsc' as const,
    readerName: 'Reader 00',
    connect: (newTell: typeof tell) => {
      tell = newTell
      tell({ kind: 'empty' })
    },
    powerOn: () => {
      if (!isInside) throw new BridgeError('card_removed')
      power.push('on')
    },
    powerOff: () => {
      power.push('off')
    },
    transmit: () => new Promise<Uint8Array>((resolve) => waiting.push(() => resolve(ok))),
    escape: async (command: Uint8Array) => command,
  })
  const reader = connectPcsc(emulator)
  const states: string[] = []
  const lost: string[] = []
  return {
    reader,
    states,
    power,
    lost,
    insert: () => {
      isInside = true
      tell({ kind: 'present', atr })
    },
    remove: () => {
      isInside = false
      tell({ kind: 'empty' })
    },
    answer: () => {
      for (const resolve of waiting.splice(0)) resolve()
    },
    listen: () =>
      reader.listen({ onState: ({ kind }) => states.push(kind), onLost: ({ code }) => lost.push(code) }),
  }
}

const settled = (): Promise<void> => new Promise(setImmediate)
const coded = (code: string): object => expect.objectContaining({ code })

test('the state is told at once after listening, once, and at every change', async () => {
  const { states, insert, remove, listen } = plugIn()
  insert()
  listen()
  expect(states).toEqual([])
  await settled()
  expect(states).toEqual(['present'])
  remove()
  await settled()
  expect(states).toEqual(['present', 'empty'])
})

test('a listener that stopped before it was told anything hears nothing, the next one hears the state once', async () => {
  const { states, listen } = plugIn()
  listen()()
  listen()
  await settled()
  expect(states).toEqual(['empty'])
})

test('an APDU needs a connection, and is answered when the card answers', async () => {
  const { reader, insert, answer } = plugIn()
  await expect(reader.connect()).rejects.toEqual(coded('card_removed'))
  insert()
  await expect(reader.transmit(ok)).rejects.toEqual(coded('device_fault'))
  await reader.connect()
  const answered = reader.transmit(ok)
  await settled()
  expect(reader.pendingWrites).toBe(1)
  answer()
  expect(await answered).toEqual(ok)
  expect(reader.pendingWrites).toBe(0)
})

test('a connection ends with its card, even when a card lies there again', async () => {
  const { reader, insert, remove } = plugIn()
  insert()
  await reader.connect()
  remove()
  insert()
  await expect(reader.transmit(ok)).rejects.toEqual(coded('card_removed'))
})

test('disconnecting resets the card only when it is told to, closing always', async () => {
  const { reader, power, insert } = plugIn()
  insert()
  await reader.connect()
  await reader.disconnect(false)
  expect(power).toEqual(['on'])
  await reader.connect()
  await reader.disconnect(true)
  await reader.disconnect(true)
  expect(power).toEqual(['on', 'on', 'off'])
  await reader.connect()
  await reader.close()
  expect(power).toEqual(['on', 'on', 'off', 'on', 'off'])
})

test('escape commands need no card', async () => {
  expect(await plugIn().reader.escape(Uint8Array.of(0xe0))).toEqual(Uint8Array.of(0xe0))
})

test.each([
  ['unplugged', (reader: MemoryPcsc) => reader.unplug(), 'device_lost'],
  ['closed', (reader: MemoryPcsc) => reader.close(), 'device_closed'],
] as const)('a reader that is %s in the middle of an APDU ends it', async (_, end, code) => {
  const { reader, insert } = plugIn()
  insert()
  await reader.connect()
  const answered = reader.transmit(ok)
  await settled()
  await end(reader)
  await expect(answered).rejects.toEqual(coded(code))
  expect(reader.pendingWrites).toBe(0)
})

test('a card that is taken away is a message; the cable can go right behind it', async () => {
  const { reader, states, lost, insert, listen } = plugIn()
  listen()
  await settled()
  reader.unplugAfterMessages(1)
  insert()
  await settled()
  expect([states, lost, reader.messagesCrossed]).toEqual([['empty', 'present'], ['device_lost'], 1])
})
