import { expect, test } from 'vitest'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFakePcsc } from '../../test/support/fake-pcsc.ts'
import { createEscape } from './pcsc-escape.ts'
import type { NativeReader } from './pcsc-library.ts'

const COMMAND = Uint8Array.of(0xe0, 0x00, 0x00, 0x18, 0x00)
const coded = (code: string): unknown => expect.toSatisfy((error) => isBridgeError(error, code as never))
/** SCARD_CTL_CODE: reader.h of pcsc-lite, winsmcrd.h of Windows. */
const controlCodes = {
  linux: (code: number) => 0x42000000 + code,
  win32: (code: number) => 0x310000 | (code << 2),
}

const startEscape = async (platform: 'linux' | 'win32') => {
  const clock = createFakeClock()
  const fake = createFakePcsc(clock)
  const client = new fake.library.Client()
  const reader = await new Promise<NativeReader>((resolve) => {
    client.on('reader', resolve)
    client.start()
    fake.addReader('Reader')
  })
  const escape = createEscape(
    reader,
    { ...fake.library, controlCode: controlCodes[platform] },
    clock,
    platform,
  )
  return { clock, fake, escape }
}

test('without a card it goes to the reader directly, with the code of libccid', async () => {
  const { clock, fake, escape } = await startEscape('linux')
  fake.answer = Uint8Array.of(0xe1)
  expect(await clock.drive(escape(COMMAND, undefined))).toEqual(Uint8Array.of(0xe1))
  expect(fake.calls).toEqual(['connect 3', 'control 42000001 E000001800', 'disconnect 3 0'])
})

test('on Windows it has the code of the class driver', async () => {
  const { clock, fake, escape } = await startEscape('win32')
  await clock.drive(escape(COMMAND, undefined))
  expect(fake.calls[1]).toBe('control 3136b0 E000001800')
})

test('where libccid refuses, the code of ACS’s driver is tried, and only then is it not supported', async () => {
  const { clock, fake, escape } = await startEscape('linux')
  fake.next.control = 'UnsupportedFeature'
  const refused = clock.drive(escape(COMMAND, undefined))
  await expect(refused).rejects.toEqual(coded('not_supported'))
  await expect(refused).rejects.toThrow('ifdDriverOptions')
  expect(fake.calls).toEqual([
    'connect 3',
    'control 42000001 E000001800',
    'control 42000dac E000001800',
    'disconnect 3 0',
  ])
})

test('Windows’ refusal names the value in the registry', async () => {
  const { clock, fake, escape } = await startEscape('win32')
  fake.next.control = 'UnsupportedFeature'
  await expect(clock.drive(escape(COMMAND, undefined))).rejects.toThrow('EscapeCommandEnable')
})

test.each([
  ['SharingViolation', 'device_busy'],
  ['NoService', 'device_lost'],
])('%s is no refusal of the command but %s', async (name, code) => {
  const { clock, fake, escape } = await startEscape('linux')
  fake.next.connect = name
  await expect(clock.drive(escape(COMMAND, undefined))).rejects.toEqual(coded(code))
  delete fake.next.connect
  fake.next.control = name
  await expect(clock.drive(escape(COMMAND, undefined))).rejects.toEqual(coded(code))
})

test('while another program is in a transaction it is busy', async () => {
  const { clock, fake, escape } = await startEscape('linux')
  fake.next.connect = 'wait'
  await expect(clock.drive(escape(COMMAND, undefined))).rejects.toEqual(coded('device_busy'))
  expect(clock.now()).toBe(2500)
  fake.release()
  await clock.advance(0)
  expect(fake.calls).toEqual(['connect 3', 'disconnect 3 0'])
})

test('with a card it goes over the connection that there is, and the code that works is kept', async () => {
  const { clock, fake, escape } = await startEscape('linux')
  const asked: string[] = []
  const connection = {
    transmit: () => expect.unreachable(),
    end: () => expect.unreachable(),
    control: async (code: number) => {
      asked.push(code.toString(16))
      if (code === 0x42000001) throw new BridgeError('device_fault')
      return Uint8Array.of(0xe1)
    },
  }
  expect(await clock.drive(escape(COMMAND, connection))).toEqual(Uint8Array.of(0xe1))
  await clock.drive(escape(COMMAND, connection))
  expect([asked, fake.calls]).toEqual([['42000001', '42000dac', '42000dac'], []])
})
