import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { type Card, type CardDevice, isBridgeError, type PcscEmulator } from 'encoder-bridge/driver'
import { createPcscEmulator } from '../../drivers/pcsc/emulator.ts'
import pcsc from '../../drivers/pcsc/index.ts'
import { systemClock } from '../../src/service/system-clock.ts'
import type { NativeCard } from '../../src/transport/pcsc-library.ts'
import { listPcscReaders, openPcsc, watchPcscReaders } from '../../src/transport/pcsc.ts'
import { endingOf } from '../conformance/rig.ts'
import { block, classic, idle, page } from '../support/pcsc-desk.ts'
import { fillSlot, preparePcscd, type Pcscd, testWithPcscd as test } from './pcscd.ts'

const READER = 'ACS ACR122U PICC Interface 00 00'
const EXCLUSIVE = 1
const SHARED = 2
const T0_OR_T1 = 3

let service: Pcscd

beforeAll(async () => {
  service = await preparePcscd(READER)
  process.env['PCSCLITE_CSOCK_NAME'] = service.socket
  await service.start()
})
afterAll(() => service.remove())

/** The service takes some time to notice that the card of an earlier test has gone. */
const slotIsEmpty = async (): Promise<void> => {
  const transport = await openPcsc(READER)
  await new Promise<void>((resolve, reject) => {
    transport.listen({ onState: ({ kind }) => (kind === 'empty' ? resolve() : undefined), onLost: reject })
  })
  await transport.close()
}

/** An emulated reader in the virtual slot, empty. */
const plugIn = async (): Promise<PcscEmulator> => {
  await slotIsEmpty()
  const emulator = createPcscEmulator({ clock: systemClock, realtime: false })
  const remove = fillSlot(emulator, service.port)
  onTestFinished(() => {
    emulator.close()
    remove()
  })
  return emulator
}

const openDevice = async (): Promise<CardDevice> => {
  const device = await pcsc.open(
    { transport: await openPcsc(READER), options: {}, clock: systemClock, wallClock: () => new Date() },
    idle,
  )
  onTestFinished(() => device.close())
  if (device.kind !== 'card') throw new Error('It is no card device.')
  return device
}

interface Desk {
  readonly emulator: PcscEmulator
  readonly device: CardDevice
  readonly card: Card
}

const openDesk = async (placed = classic): Promise<Desk> => {
  const emulator = await plugIn()
  const device = await openDevice()
  emulator.placeCard(placed)
  return { emulator, device, card: await device.waitForCard(idle) }
}

/** Another program's connection to the card. */
const connectOther = async (mode: number): Promise<NativeCard> => {
  const { Client } = await import('pcsc-mini')
  const client = new Client()
  onTestFinished(() => client.stop())
  const reader = await new Promise<{ connect(mode: number, protocol: number): Promise<NativeCard> }>(
    (resolve) => {
      client.on('reader', (found) => {
        if (found.name() === READER) resolve(found)
      })
      client.start()
    },
  )
  return reader.connect(mode, T0_OR_T1)
}

const bytes = (value: number): Uint8Array => new Uint8Array(16).fill(value)

test('the readers of the service are listed and watched', async () => {
  const both = [READER, READER.replace(/0$/, '1')]
  expect(await listPcscReaders()).toEqual({ readers: both, reason: undefined })
  const arrived: string[] = []
  const stop = await watchPcscReaders({
    onArrival: (name) => arrived.push(name),
    onRemoval: () => expect.unreachable(),
    onEnd: () => expect.unreachable(),
  })
  stop()
  expect(arrived).toEqual(both)
})

test('a reader that is not there is absent, and the message names those that are', async () => {
  await expect(openPcsc('Reader of my neighbour')).rejects.toSatisfy(
    (error) => isBridgeError(error, 'device_absent') && error.message.includes(READER),
  )
})

test('a card is waited for, written and read back through the real service', async () => {
  const { emulator, device, card } = await openDesk()
  expect(device.info).toEqual({ model: 'ACS ACR122U', firmware: 'unknown', serialNumber: null })
  expect(card).toEqual({ uid: '922E5832', technology: 'mifare-classic-1k' })
  for (const number of [4, 5, 8]) {
    await device.write(card, block(number), bytes(number), idle)
    expect(await device.read(card, block(number), idle)).toEqual(bytes(number))
  }
  expect((await device.waitForCard(idle)).uid).toBe('922E5832')
  await device.release(idle)
  expect(emulator.dumpCard('922E5832').slice(4 * 16, 6 * 16)).toEqual(
    Uint8Array.from([...bytes(4), ...bytes(5)]),
  )
  expect(Math.max(...emulator.countWrites('922E5832'))).toBe(1)
})

test('an NTAG is told by itself what it is, and its pages are written', async () => {
  const { device, card } = await openDesk({ type: 'ntag215', uid: '04112233445580' })
  expect(card.technology).toBe('ntag215')
  await device.write(card, page(100), Uint8Array.of(1, 2, 3, 4), idle)
  expect(await device.read(card, page(100), idle)).toEqual(Uint8Array.of(1, 2, 3, 4))
})

test('a refused key is told apart, and the right one works after it', async () => {
  const { device, card } = await openDesk()
  const wrong = block(4, { type: 'A', value: new Uint8Array(6) })
  expect(await endingOf(device.read(card, wrong, idle))).toBe('card_key_refused')
  expect(await endingOf(device.read(card, block(4), idle))).toBe('done')
})

test('a card that is taken away in the middle of its work is removed, and works again when it is back', async () => {
  const { emulator, device, card } = await openDesk()
  await device.write(card, block(4), bytes(1), idle)
  emulator.removeCard()
  expect(await endingOf(device.read(card, block(4), idle))).toBe('card_removed')
  emulator.placeCard(classic)
  expect(await device.waitForCard(idle)).toEqual(card)
  expect(await device.read(card, block(4), idle)).toEqual(bytes(1))
})

test('a card that leaves during an APDU of a write was not written', async () => {
  const { emulator, device, card } = await openDesk()
  await device.read(card, block(4), idle)
  emulator.inject({ fault: 'removeDuringTransmit' })
  expect(await endingOf(device.write(card, block(4), bytes(1), idle))).toBe('card_removed')
  expect(emulator.countWrites('922E5832')[4]).toBe(0)
})

test('a card in the place of another is told apart', async () => {
  const { emulator, device, card } = await openDesk()
  emulator.removeCard()
  expect(await endingOf(device.read(card, block(4), idle))).toBe('card_removed')
  emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
  expect((await device.waitForCard(idle)).uid).toBe('E23FB81E')
  expect(await endingOf(device.write(card, block(4), bytes(1), idle))).toBe('card_swapped')
  expect(emulator.countWrites('E23FB81E')[4]).toBe(0)
})

test('while another program keeps the card to itself the encoder is busy, and works afterwards', async () => {
  const emulator = await plugIn()
  const device = await openDevice()
  emulator.placeCard(classic)
  await device.waitForCard(idle)
  await device.release(idle)
  const other = await connectOther(EXCLUSIVE)
  expect(await endingOf(device.waitForCard(idle))).toBe('device_busy')
  await other.disconnect(0)
  expect((await device.waitForCard(idle)).uid).toBe('922E5832')
})

test('while another program is in a transaction the encoder is busy, and works afterwards', async () => {
  const { device } = await openDesk()
  await device.release(idle)
  const other = await connectOther(SHARED)
  const transaction = await other.transaction()
  expect(await endingOf(device.waitForCard(idle))).toBe('device_busy')
  await transaction.end(0)
  await other.disconnect(0)
  expect((await device.waitForCard(idle)).uid).toBe('922E5832')
})

test('what the reader’s driver does not pass on is not supported', async () => {
  await plugIn()
  const device = await openDevice()
  expect(await endingOf(device.indicate?.('identify', idle) ?? Promise.resolve())).toBe('not_supported')
})

test('a service that dies loses the device at once; when it is back the encoder works again', async () => {
  const { emulator, device, card } = await openDesk()
  const lost = new Promise<string>((resolve) => {
    device.onLost((error) => resolve(error.code))
  })
  await service.kill()
  expect(await lost).toBe('device_lost')
  expect(await endingOf(device.read(card, block(4), idle))).toBe('device_lost')
  await device.close()
  expect(await endingOf(openPcsc(READER))).toBe('pcsc_unavailable')
  expect(await listPcscReaders()).toMatchObject({ readers: [], reason: /pcscd/ })

  await service.start()
  emulator.removeCard()
  emulator.placeCard(classic)
  const again = await openDevice()
  const back = await again.waitForCard(idle)
  await again.write(back, block(4), bytes(7), idle)
  expect(await again.read(back, block(4), idle)).toEqual(bytes(7))
})
