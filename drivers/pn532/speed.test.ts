import { expect, test } from 'vitest'
import { type ByteTransport, BridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { tamperWith } from '../../test/conformance/line-faults.ts'
import { encodeReference, inspectCard } from '../../test/conformance/reference-encode.ts'
import { createRig, endingOf } from '../../test/conformance/rig.ts'
import { block, openDesk } from '../../test/support/pn532-desk.ts'
import pn532 from './index.ts'

const idle = { signal: new AbortController().signal }
const card = { type: 'classic1k', uid: '922E5832' }
const speeds = [230400, 460800, 921600] as const

/** The frames that leave a chip at another speed, as a program that was killed would. */
const wakeUp = `5555${'00'.repeat(14)}0000FF05FBD4140114010200`
const setSpeed = {
  230400: '0000FF03FDD410051700',
  460800: '0000FF03FDD410061600',
  921600: '0000FF03FDD410071500',
}
const hostAck = '0000FF00FF00'

test.each(speeds)(
  'a card is worked on at %i baud, and the line is back at 115200 after release',
  async (sessionBaudRate) => {
    const rig = await createRig(pn532, { card, options: { sessionBaudRate } })
    const device = await rig.open()
    expect(rig.emulator.baudRate).toBe(115200)
    await rig.clock.drive(device.waitForCard(idle))
    expect(rig.emulator.baudRate).toBe(sessionBaudRate)
    const written = await rig.clock.drive(encodeReference(device, idle))
    expect(rig.emulator.baudRate).toBe(115200)
    expect(inspectCard(rig.emulator, written).every(({ state }) => state === 'planned')).toBe(true)
  },
)

test('without an option the line is at 921600 while a card is worked on', async () => {
  const rig = await createRig(pn532, { card })
  const device = await rig.open()
  await rig.clock.drive(device.waitForCard(idle))
  expect(rig.emulator.baudRate).toBe(921600)
})

/** Writes and reads back the 47 data blocks of a 1K card sector by sector, then selects it once more: the time on the line. */
const encodeAllAt = async (sessionBaudRate: 115200 | 921600): Promise<number> => {
  const { clock, device, read, write, emulator } = await openDesk({
    realtime: true,
    options: { sessionBaudRate },
  })
  await clock.drive(device.release(idle))
  const start = clock.now()
  await clock.drive(device.waitForCard(idle))
  for (let sector = 0; sector < 16; sector++) {
    const blocks = [0, 1, 2].map((index) => 4 * sector + index).filter((number) => number > 0)
    for (const number of blocks) await write(block(number), new Uint8Array(16).fill(number))
    for (const number of blocks) expect(await read(block(number))).toEqual(new Uint8Array(16).fill(number))
  }
  await clock.drive(device.waitForCard(idle))
  expect(emulator.countWrites(card.uid).filter((count) => count === 1)).toHaveLength(47)
  return clock.now() - start
}

/** The time model: 16 authentications, 47 writes, 47 reads, one poll; 435 ms of them the card. */
const limitsMs = { 115200: 858, 921600: 488 } as const

test('a full 1K card is written and read back within 1.10 of the modelled limit, and the fast line takes 0.65 of the time', async () => {
  const slow = await encodeAllAt(115200)
  const fast = await encodeAllAt(921600)
  expect(slow).toBeLessThan(limitsMs[115200] * 1.1)
  expect(fast).toBeLessThan(limitsMs[921600] * 1.1)
  expect(fast).toBeLessThan(slow * 0.65)
})

test('a card is found within 50 ms, whenever it is laid down', async () => {
  const { clock, emulator, open } = await createRig(pn532, { realtime: true })
  const device = await open()
  const delaysMs: number[] = []
  for (let phaseMs = 0; phaseMs < 50; phaseMs++) {
    const found = device.waitForCard(idle)
    await clock.advance(100 + phaseMs)
    const placedMs = clock.now()
    emulator.placeCard(card)
    await clock.drive(found)
    delaysMs.push(clock.now() - placedMs)
    emulator.removeCard()
    await clock.drive(device.release(idle))
  }
  expect(Math.max(...delaysMs)).toBeLessThan(50)
})

test('the line is back at 115200 before the port is released', async () => {
  const rig = await createRig(pn532, { card, options: { sessionBaudRate: 921600 } })
  const device = await rig.open()
  await rig.clock.drive(device.waitForCard(idle))
  await rig.clock.drive(device.close())
  expect(rig.emulator.baudRate).toBe(115200)
})

test.each(speeds)(
  'a chip that a killed program left at %i baud is found and brought back',
  async (baudRate) => {
    const rig = await createRig(pn532, { card })
    for (const frame of [wakeUp, setSpeed[baudRate], hostAck]) {
      rig.emulator.receive(Uint8Array.from(Buffer.from(frame, 'hex')))
      await rig.clock.advance(10)
    }
    expect(rig.emulator.baudRate).toBe(baudRate)
    await rig.memory.setBaudRate(115200)
    const device = await rig.open()
    expect(rig.emulator.baudRate).toBe(115200)
    expect(await endingOf(rig.clock.drive(encodeReference(device, idle)))).toBe('done')
  },
)

const fast = { card, options: { sessionBaudRate: 921600 } }

test.each([
  ['does not hear the acknowledgement', hostAck, []],
  ['refuses the speed', setSpeed[921600], [Uint8Array.of(0, 0, 0xff, 0x03, 0xfd, 0xd4, 0x10, 0x0f, 0x0d, 0)]],
])('a chip that %s is worked with at 115200, and not asked again', async (_, frame, instead) => {
  let asked = 0
  const wrap = (line: ByteTransport): ByteTransport =>
    tamperWith(line, {
      toDevice: (bytes) => {
        if (formatHex(bytes) === setSpeed[921600]) asked++
        return formatHex(bytes) === frame ? instead : [bytes]
      },
    })
  const rig = await createRig(pn532, { ...fast, wrap })
  const device = await rig.open()
  expect(await endingOf(rig.clock.drive(encodeReference(device, idle)))).toBe('done')
  expect(await endingOf(rig.clock.drive(encodeReference(device, idle)))).toBe('done')
  expect([asked, rig.emulator.baudRate]).toEqual([1, 115200])
})

test('a chip that answers no more at the higher speed is worked with at 115200 from then on', async () => {
  let isDeaf = false
  const wrap = (line: ByteTransport): ByteTransport =>
    tamperWith(line, { toDevice: (bytes) => (isDeaf ? [] : [bytes]) })
  const { clock, emulator, device, read } = await openDesk({ wrap })
  expect(emulator.baudRate).toBe(921600)
  isDeaf = true
  expect(await endingOf(read(block(4)))).toBe('device_unresponsive')
  isDeaf = false
  expect(await endingOf(clock.drive(device.waitForCard(idle)))).toBe('done')
  expect(emulator.baudRate).toBe(115200)
  expect(await endingOf(read(block(4)))).toBe('done')
})

test('a line that has but one speed is never asked for another, nor the chip', async () => {
  const wrap = (line: ByteTransport): ByteTransport => ({
    ...tamperWith(line, {}),
    setBaudRate: async () => {
      throw new BridgeError('not_supported')
    },
  })
  const rig = await createRig(pn532, { ...fast, wrap })
  const device = await rig.open()
  expect(await endingOf(rig.clock.drive(encodeReference(device, idle)))).toBe('done')
  expect(rig.emulator.baudRate).toBe(115200)
})

test('an abort in the middle of the change leaves both ends at one speed', async () => {
  const abort = new AbortController()
  const wrap = (line: ByteTransport): ByteTransport => ({
    ...tamperWith(line, {}),
    setBaudRate: async (baudRate) => {
      abort.abort()
      await line.setBaudRate(baudRate)
    },
  })
  const rig = await createRig(pn532, { card, wrap, options: { sessionBaudRate: 921600 } })
  const device = await rig.open()
  expect(await endingOf(rig.clock.drive(device.waitForCard({ signal: abort.signal })))).toBe('aborted')
  expect(await endingOf(rig.clock.drive(encodeReference(device, idle)))).toBe('done')
  expect(rig.emulator.baudRate).toBe(115200)
})

test.each([{ sessionBaudRate: 9600 }, { sessionBaudRate: '921600' }, { speed: 1 }, null])(
  'the options %j are refused',
  (options) => {
    expect(pn532.options.safeParse(options).success).toBe(false)
  },
)
