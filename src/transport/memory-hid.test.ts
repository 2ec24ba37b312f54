import { expect, test } from 'vitest'
import { BridgeError, type HidEmulator } from '../contract/index.ts'
import { createStillEmulator } from '../../test/support/still-emulator.ts'
import { connectHid, type MemoryHid } from './memory-hid.ts'

const facts = {
  vendorId: 0x0801,
  productId: 0x0003,
  manufacturer: '',
  product: '',
  serialNumber: '',
  usagePage: 0xff00,
  usage: 1,
}

/** A device that answers each output report with an input report, and keeps one feature, number 0; it stalls the others. */
const plugIn = (): { hid: MemoryHid; received: string[]; heard: number[][]; lost: string[] } => {
  let send: (report: Uint8Array) => void = () => {}
  let feature = Uint8Array.of(7)
  const received: string[] = []
  const check = (reportId: number): void => {
    if (reportId !== 0) throw new BridgeError('device_fault')
  }
  const emulator: HidEmulator = Object.assign(createStillEmulator(), {
    kind: 'hid' as const,
    facts,
    reportDescriptor: new Uint8Array(),
    connect: (newSend: typeof send) => {
      send = newSend
    },
    receive: (reportId: number, data: Uint8Array) => {
      received.push(`${reportId}: ${data.join(' ')}`)
      send(data)
    },
    setFeature: (reportId: number, data: Uint8Array) => {
      check(reportId)
      feature = data.slice()
    },
    getFeature: (reportId: number, sizeBytes: number) => {
      check(reportId)
      return feature.slice(0, sizeBytes)
    },
  })
  const hid = connectHid(emulator)
  const heard: number[][] = []
  const lost: string[] = []
  hid.listen({ onReport: (report) => heard.push([...report]), onLost: ({ code }) => lost.push(code) })
  return { hid, received, heard, lost }
}

const report = Uint8Array.of(1, 2)

test('reports arrive whole and as they were when they were written, never inside the call', async () => {
  const { hid, received, heard } = plugIn()
  const buffer = report.slice()
  const written = hid.write(3, buffer)
  buffer.fill(0)
  expect([received, hid.pendingWrites]).toEqual([[], 1])
  await written
  await Promise.resolve()
  expect([received, heard, hid.pendingWrites]).toEqual([['3: 1 2'], [[1, 2]], 0])
})

test('features are set and read, and a stall is the device’s refusal', async () => {
  const { hid } = plugIn()
  await hid.sendFeature(0, report)
  expect(await hid.getFeature(0, 1)).toEqual(Uint8Array.of(1))
  await expect(hid.sendFeature(1, report)).rejects.toMatchObject({ code: 'device_fault' })
  await expect(hid.getFeature(1, 8)).rejects.toMatchObject({ code: 'device_fault' })
})

test('it tells what its emulator says of itself', () => {
  expect(plugIn().hid.facts).toEqual(facts)
})

test.each([
  ['nothing crosses', 0, 'device_lost', [], []],
  ['the report crosses and its answer is lost', 1, 'done', ['0: 1 2'], []],
  ['both cross', 2, 'done', ['0: 1 2'], [[1, 2]]],
] as const)('when %s the cable goes after %i messages', async (_, count, ending, receivedThen, heardThen) => {
  const { hid, received, heard, lost } = plugIn()
  hid.unplugAfterMessages(count)
  const ended = await hid.write(0, report).then(
    () => 'done',
    (error: BridgeError) => error.code,
  )
  await new Promise(setImmediate)
  expect([ended, received, heard, lost]).toEqual([ending, receivedThen, heardThen, ['device_lost']])
  expect(hid.messagesCrossed).toBe(count)
})

test('a feature that is asked for is two messages, and is lost with the second', async () => {
  const { hid } = plugIn()
  hid.unplugAfterMessages(1)
  await expect(hid.getFeature(0, 1)).rejects.toMatchObject({ code: 'device_lost' })
  const other = plugIn().hid
  other.unplugAfterMessages(2)
  expect(await other.getFeature(0, 1)).toEqual(Uint8Array.of(7))
  await expect(other.getFeature(0, 1)).rejects.toMatchObject({ code: 'device_lost' })
})
