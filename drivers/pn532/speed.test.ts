import { expect, test } from 'vitest'
import { type ByteTransport, BridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { tamperWith } from '../../test/conformance/line-faults.ts'
import { encodeReference, inspectCard } from '../../test/conformance/reference-encode.ts'
import { createRig, endingOf } from '../../test/conformance/rig.ts'
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
