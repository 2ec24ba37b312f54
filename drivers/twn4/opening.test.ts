import { describe, expect, test } from 'vitest'
import { BridgeError, type ByteTransport } from 'encoder-bridge/driver'
import { createRig, endingOf, type Rig, type RigOptions } from '../../test/conformance/rig.ts'
import twn4 from './index.ts'

const idle = { signal: new AbortController().signal }
const card = { type: 'classic1k', uid: '66CF4DC2' }
const toBytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

interface Noted extends Rig {
  /** Requests and changes of speed, in order. */
  readonly sent: string[]
}

const createNoted = async (options: RigOptions = {}): Promise<Noted> => {
  const sent: string[] = []
  const note = (line: ByteTransport): ByteTransport => ({
    ...line,
    path: 'noted',
    write: (written) => {
      sent.push(...Buffer.from(written).toString('latin1').split('\r').slice(0, -1))
      return line.write(written)
    },
    setBaudRate: (baudRate) => {
      sent.push(`${baudRate} baud`)
      return line.setBaudRate(baudRate)
    },
  })
  const wrap: RigOptions['wrap'] = (line) => note(options.wrap?.(line) ?? line)
  return { ...(await createRig(twn4, { ...options, wrap })), sent }
}

describe('opening', () => {
  test('tells what it found', async () => {
    const { open } = await createNoted()
    expect((await open()).info).toEqual({
      model: 'TWN4 MIFARE NFC',
      firmware: 'TWN4/B1.03/CCF1.57/PRS1.03/PI',
      serialNumber: '2D002F000B47303531353233',
    })
  })

  test('needs no more than the version of a reader that has no other system function', async () => {
    const wrap: RigOptions['wrap'] = (line) => ({
      ...line,
      path: 'old',
      write: (written) => {
        const text = Buffer.from(written).toString('latin1')
        return line.write(toBytes(text.replace(/^000[68]\r/, 'FE00\r')))
      },
    })
    const { open } = await createNoted({ wrap })
    expect((await open()).info).toEqual({
      model: 'TWN4',
      firmware: 'TWN4/B1.03/CCF1.57/PRS1.03/PI',
      serialNumber: null,
    })
  })

  test.each([
    [9600, false],
    [9600, true],
    [115200, false],
    [115200, true],
  ])('finds a reader at %i baud, CRC %j', async (count, hasCrc) => {
    const { clock, emulator, memory, open } = await createNoted({ card, realtime: true })
    emulator.inject({ fault: 'lineSpeed', count })
    if (hasCrc) emulator.inject({ fault: 'crc' })
    await memory.setBaudRate(9600)
    const device = await open()
    expect(clock.now()).toBeLessThan(4000)
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('66CF4DC2')
  })

  test.each([
    [{ baudRate: 57600 }, 57600, false, ['57600 baud']],
    [{ crc: 'on' }, 9600, true, []],
    [{ crc: 'off', baudRate: 9600 }, 9600, false, []],
  ])('with the options %j tries nothing else', async (options, count, hasCrc, speeds) => {
    const { emulator, memory, open, sent } = await createNoted({ options })
    emulator.inject({ fault: 'lineSpeed', count })
    if (hasCrc) emulator.inject({ fault: 'crc' })
    await memory.setBaudRate(9600)
    await open()
    expect(sent.filter((line) => line.endsWith('baud'))).toEqual(speeds)
    expect(sent.filter((line) => line.startsWith('0004'))).toHaveLength(2)
  })

  test('with options that are not the reader’s settings finds none', async () => {
    const { emulator, open } = await createNoted({ options: { crc: 'off' } })
    emulator.inject({ fault: 'crc' })
    expect(await endingOf(open())).toBe('device_mismatch')
  })

  test('of a line that is dead says that the firmware may be another', async () => {
    const { emulator, open } = await createNoted()
    emulator.inject({ fault: 'silent' })
    await expect(open()).rejects.toThrow(/device_unresponsive|Simple Protocol’s firmware \(PRS\)/)
  })

  test('refuses something that talks, but is no TWN4', async () => {
    const wrap: RigOptions['wrap'] = (line) => ({
      ...line,
      path: 'other',
      listen: (listener) =>
        line.listen({
          onLost: (error) => listener.onLost(error),
          onBytes: () => listener.onBytes(toBytes('0001\rOK\r')),
        }),
    })
    expect(await endingOf((await createNoted({ wrap })).open())).toBe('device_mismatch')
  })

  test('works on a line that has but one speed', async () => {
    const wrap: RigOptions['wrap'] = (line) => ({
      ...line,
      path: 'one speed',
      setBaudRate: async () => {
        throw new BridgeError('not_supported')
      },
    })
    expect(await endingOf((await createNoted({ wrap })).open())).toBe('done')
    const dead = await createNoted({ wrap })
    dead.emulator.inject({ fault: 'silent' })
    expect(await endingOf(dead.open())).toBe('device_unresponsive')
  })

  test.each([6, 20, 32, 34, 36, 38])(
    'a write that a killed program left half sent, %i digits of it, is not carried out',
    async (digits) => {
      const { emulator, open } = await createNoted({ card })
      emulator.receive(toBytes('050010\r0B00FFFFFFFFFFFF0001\r'))
      emulator.receive(toBytes(`0B0204${'AA'.repeat(16)}`.slice(0, digits)))
      await open()
      expect(emulator.countWrites('66CF4DC2')[4]).toBe(0)
    },
  )

  test('an answer that still comes from before is thrown away', async () => {
    const { clock, emulator, open, sent } = await createNoted({ card, realtime: true })
    for (let number = 0; number < 4; number++) emulator.receive(toBytes('0004FF\r0008\r'))
    const device = await open()
    expect(device.info.firmware).toBe('TWN4/B1.03/CCF1.57/PRS1.03/PI')
    expect(device.info.serialNumber).toBe('2D002F000B47303531353233')
    expect(sent.length).toBeGreaterThan(0)
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('66CF4DC2')
  })

  test.each([{ baudRate: 4800 }, { baudRate: '9600' }, { crc: true }, { speed: 1 }, null])(
    'the options %j are refused',
    (options) => {
      expect(twn4.options.safeParse(options).success).toBe(false)
    },
  )
})

describe('an indication', () => {
  test.each([
    ['identify', '04140396009600', '04073C600996000000'],
    ['success', '04140296009600', '04073C600996000000'],
    ['failure', '04140196009600', '04073C090896000000'],
  ] as const)(
    'to %s lights its LEDs for about a second, beeps, and leaves them off',
    async (what, blink, beep) => {
      const { clock, open, sent } = await createNoted()
      const device = await open()
      sent.length = 0
      const start = clock.now()
      await clock.drive(device.indicate?.(what, idle) ?? Promise.reject(new Error('It has no lights.')))
      expect(sent).toEqual(['041003', blink, beep, '041203'])
      expect(clock.now() - start).toBe(900)
    },
  )

  test('uses the pins of firmware that has no LED functions', async () => {
    const { clock, emulator, open, sent } = await createNoted()
    emulator.inject({ fault: 'oldFirmware' })
    const device = await open()
    sent.length = 0
    await clock.drive(device.indicate?.('success', idle) ?? Promise.reject(new Error('It has no lights.')))
    expect(sent.filter((line) => line !== '041003')).toEqual([
      '0400030000',
      '04050296009600',
      '04073C600996000000',
      '040303',
    ])
  })

  test('that is aborted switches the lights off', async () => {
    const { clock, open, sent } = await createNoted()
    const device = await open()
    const abort = new AbortController()
    const indicating = endingOf(device.indicate?.('failure', { signal: abort.signal }) ?? Promise.resolve())
    await clock.advance(100)
    abort.abort()
    expect([await clock.drive(indicating), sent.at(-1)]).toEqual(['aborted', '041203'])
  })
})

test('closing switches the RF field off', async () => {
  const { clock, open, sent } = await createNoted({ card })
  const device = await open()
  await clock.drive(device.waitForCard(idle))
  await clock.drive(device.close())
  expect(sent.at(-1)).toBe('0501')
})

test('release switches the RF field off', async () => {
  const { clock, open, sent } = await createNoted({ card })
  const device = await open()
  await clock.drive(device.waitForCard(idle))
  await clock.drive(device.release(idle))
  expect(sent.at(-1)).toBe('0501')
})
