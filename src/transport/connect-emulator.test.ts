import { expect, test } from 'vitest'
import { isBridgeError, type Emulator, type KeyEvent, type NoneEmulator } from '../contract/index.ts'
import { createStillEmulator } from '../../test/support/still-emulator.ts'
import { connectEmulator } from './connect-emulator.ts'
import { connectKeyboard } from './memory-keyboard.ts'
import { connectNone } from './memory-none.ts'

const silent = (): void => {}
const nothing = new Uint8Array()
const facts = {
  vendorId: 1,
  productId: 2,
  manufacturer: '',
  product: '',
  serialNumber: '',
  usagePage: 1,
  usage: 0,
}
const still = createStillEmulator

const kinds: readonly (readonly [kind: string, create: () => Emulator & { readonly powerCycles: number }])[] =
  [
    [
      'serial',
      () =>
        Object.assign(still(), { kind: 'serial' as const, connect: silent, receive: silent, baudRate: 9600 }),
    ],
    [
      'tcp',
      () =>
        Object.assign(still(), {
          kind: 'tcp' as const,
          connect: silent,
          receive: silent,
          disconnected: silent,
        }),
    ],
    ['http', () => Object.assign(still(), { kind: 'http' as const, handle: () => expect.unreachable() })],
    [
      'hid',
      () =>
        Object.assign(still(), {
          kind: 'hid' as const,
          facts,
          reportDescriptor: nothing,
          connect: silent,
          receive: silent,
          setFeature: silent,
          getFeature: () => nothing,
        }),
    ],
    [
      'pcsc',
      () =>
        Object.assign(still(), {
          kind: 'pcsc' as const,
          readerName: '',
          connect: silent,
          powerOn: silent,
          powerOff: silent,
          transmit: async () => nothing,
          escape: async () => nothing,
        }),
    ],
    ['keyboard', () => Object.assign(still(), { kind: 'keyboard' as const, connect: silent })],
    [
      'none',
      () =>
        Object.assign(still(), {
          kind: 'none' as const,
          connect: silent,
          look: () => [],
          read: () => nothing,
          write: silent,
        }),
    ],
  ]

const listenerInto = (lost: string[]) => ({
  onBytes: silent,
  onReport: silent,
  onState: silent,
  onKey: silent,
  onGap: silent,
  onField: silent,
  onPresent: silent,
  onLost: ({ code }: { code: string }) => lost.push(code),
})

test.each(kinds)('%s: the transport is of the emulator’s kind and bears the path', (kind, create) => {
  const transport = connectEmulator(create(), { path: 'here' })
  expect([transport.kind, transport.path]).toEqual([kind, 'here'])
})

test.each(kinds)('%s: a second listener is refused until the first is gone', (_, create) => {
  const transport = connectEmulator(create())
  const stop = transport.listen(listenerInto([]))
  expect(() => transport.listen(listenerInto([]))).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'device_busy')),
  )
  stop()
  expect(transport.listenerCount).toBe(0)
  transport.listen(listenerInto([]))
  stop()
  expect(transport.listenerCount).toBe(1)
})

/** What is reached over a network has its power from elsewhere, and over HTTP there is no connection to lose. */
const onUnplug: Readonly<Record<string, readonly [losses: readonly string[], powerCycles: number]>> = {
  tcp: [['device_lost'], 0],
  http: [[], 0],
}

test.each(kinds)(
  '%s: unplug tells the listener once, in a microtask, and takes the power of what has it from there',
  async (kind, create) => {
    const emulator = create()
    const transport = connectEmulator(emulator)
    const lost: string[] = []
    transport.listen(listenerInto(lost))
    transport.unplug()
    transport.unplug()
    expect(lost).toEqual([])
    await new Promise(setImmediate)
    expect([lost, emulator.powerCycles]).toEqual(onUnplug[kind] ?? [['device_lost'], 1])
  },
)

test.each(kinds)('%s: after close no loss is told, and closing again is harmless', async (_, create) => {
  const transport = connectEmulator(create())
  const lost: string[] = []
  transport.listen(listenerInto(lost))
  await transport.close()
  await transport.close()
  transport.unplug()
  await new Promise(setImmediate)
  expect(lost).toEqual([])
})

test('keys reach the one who listens, and the cable goes between two of them', async () => {
  let hit: (key: KeyEvent) => void = silent
  const emulator = Object.assign(still(), {
    kind: 'keyboard' as const,
    connect: (send: typeof hit) => {
      hit = send
    },
  })
  const keyboard = connectKeyboard(emulator)
  const key = { usage: 4, isPressed: true, atMs: 0 }
  hit(key)
  const told: unknown[] = []
  await new Promise(setImmediate)
  keyboard.listen({
    onKey: (event) => told.push(event),
    onGap: () => told.push('gap'),
    onLost: ({ code }) => told.push(code),
  })
  keyboard.unplugAfterMessages(1)
  hit(key)
  hit({ ...key, isPressed: false })
  await new Promise(setImmediate)
  expect(told).toEqual([key, 'device_lost'])
  expect(keyboard.messagesCrossed).toBe(2)
})

test('looks and changes of a field inside the process are messages', async () => {
  let host: Parameters<NoneEmulator['connect']>[0] | undefined
  const emulator: NoneEmulator = Object.assign(still(), {
    kind: 'none' as const,
    connect: (next: typeof host) => {
      host = next
    },
    look: () => [],
    read: () => nothing,
    write: silent,
  })
  const field = connectNone(emulator)
  const told: string[] = []
  field.listen({
    onField: () => told.push('field'),
    onPresent: ({ technology }) => told.push(technology),
    onLost: ({ code }) => told.push(code),
  })
  expect(await field.look()).toEqual([])
  host?.onField()
  await new Promise(setImmediate)
  field.unplugAfterMessages(1)
  host?.onPresent({ technology: 'barcode', data: nothing, bitCount: null, symbology: null })
  await new Promise(setImmediate)
  expect(told).toEqual(['field', 'barcode', 'device_lost'])
  await expect(field.look()).rejects.toSatisfy((error) => isBridgeError(error, 'device_lost'))
})
