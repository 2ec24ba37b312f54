import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { type EventNode, openKeyboard } from './keyboard.ts'
import { listKeyboards } from './keyboard-list.ts'

/** A key event as a 64-bit kernel writes it: 16 bytes of time, type, code, value. */
const event = (type: number, code: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(24)
  const view = new DataView(bytes.buffer)
  view.setUint16(16, type, true)
  view.setUint16(18, code, true)
  view.setInt32(20, value, true)
  return bytes
}

/** A node that gives what was queued, then nothing, and dies on command. */
const createNode = () => {
  const queue: Uint8Array[] = []
  const state: { isGone: boolean; closed: number; held: readonly number[] } = {
    isGone: false,
    closed: 0,
    held: [],
  }
  const node: EventNode = {
    read: () => {
      if (state.isGone) throw Object.assign(new Error('no such device'), { code: 'ENODEV' })
      return queue.shift() ?? new Uint8Array(0)
    },
    held: () => state.held,
    close: () => {
      state.closed += 1
    },
  }
  return { node, queue, state }
}

const open = async (node: EventNode) => {
  const keyboard = await openKeyboard('/dev/input/event3', {
    open: () => node,
    now: () => 7,
    platform: 'linux',
  })
  const keys: ([number, boolean] | 'gap')[] = []
  const losses: string[] = []
  keyboard.listen({
    onKey: ({ usage, isPressed }) => keys.push([usage, isPressed]),
    onGap: () => keys.push('gap'),
    onLost: (error) => losses.push(error.code),
  })
  return { keyboard, keys, losses }
}

test('keys come as HID usages, and repetitions and other events do not', async () => {
  const { node, queue } = createNode()
  // KEY_LEFTSHIFT 42, KEY_A 30, KEY_ENTER 28 (input-event-codes.h).
  const events = [event(1, 42, 1), event(1, 30, 1), event(1, 30, 2), event(4, 4, 458_756), event(1, 28, 0)]
  queue.push(Uint8Array.from(events.flatMap((bytes) => [...bytes])))
  const { keyboard, keys } = await open(node)
  await vi.waitFor(() => expect(keys).toHaveLength(3))
  expect(keys).toEqual([
    [0xe1, true],
    [0x04, true],
    [0x28, false],
  ])
  await keyboard.close()
})

// SYN_DROPPED 0 3, SYN_REPORT 0 0; KEY_A 30, KEY_B 48, KEY_RIGHTSHIFT 54 (input-event-codes.h).
test('keys that the kernel lost are told as a gap, with the modifiers that are held behind it', async () => {
  const { node, queue, state } = createNode()
  state.held = [30, 54]
  const events = [event(1, 42, 1), event(0, 3, 0), event(1, 48, 1), event(0, 0, 0)]
  queue.push(Uint8Array.from(events.flatMap((bytes) => [...bytes])), event(1, 30, 0))
  const { keyboard, keys } = await open(node)
  await vi.waitFor(() => expect(keys).toHaveLength(4))
  expect(keys).toEqual([[0xe1, true], 'gap', [0xe5, true], [0x04, false]])
  await keyboard.close()
})

test('a device that goes is told once, and its node is closed', async () => {
  const { node, state } = createNode()
  const { keyboard, losses } = await open(node)
  state.isGone = true
  await vi.waitFor(() => expect(losses).toEqual(['device_lost']))
  await keyboard.close()
  await keyboard.close()
  expect([losses, state.closed]).toEqual([['device_lost'], 1])
})

test('other systems keep their keyboards, and the refusal says what to do', async () => {
  await expect(openKeyboard('x', { platform: 'win32' })).rejects.toSatisfy(
    (error) => isBridgeError(error, 'not_supported') && /HID POS or serial/.test(error.message),
  )
})

test('a node that is not there is absent', async () => {
  const missing = openKeyboard(join(tmpdir(), 'no-such-event'), { platform: 'linux' })
  await expect(missing).rejects.toSatisfy((error) => isBridgeError(error, 'device_absent'))
})

test('what types is listed with its USB identity, and what does not is left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'input-'))
  const describe = (name: string, port: string, files: Record<string, string>): void => {
    const device = join(folder, `devices/usb1/${port}/${port}:1.0/input/${name}`)
    mkdirSync(join(device, 'id'), { recursive: true })
    mkdirSync(join(device, 'capabilities'))
    for (const [file, text] of Object.entries(files)) writeFileSync(join(device, file), `${text}\n`)
    mkdirSync(join(folder, 'class', name), { recursive: true })
    symlinkSync(device, join(folder, 'class', name, 'device'))
  }
  const usb = {
    'id/bustype': '0003',
    'id/vendor': '0c2e',
    'id/product': '0b61',
    uniq: 'S123',
    name: 'Scanner',
  }
  describe('event3', '1-2.3', {
    ...usb,
    'capabilities/key': '1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe',
  })
  describe('event4', '1-3', { ...usb, name: 'Mouse', 'capabilities/key': '1f0000 0 0 0 0' })
  try {
    expect(listKeyboards(join(folder, 'class'), '/dev/input')).toEqual([
      {
        path: '/dev/input/event3',
        name: 'Scanner',
        vendorId: '0c2e',
        productId: '0b61',
        serialNumber: 'S123',
        usbPath: '1-2.3',
      },
    ])
    expect(listKeyboards(join(folder, 'nothing'))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a loss that came before anybody listened is told to who listens then', async () => {
  const { node, state } = createNode()
  state.isGone = true
  const keyboard = await openKeyboard('/dev/input/event3', { open: () => node, platform: 'linux' })
  await vi.waitFor(() => expect(state.closed).toBe(1))
  const losses: string[] = []
  keyboard.listen({
    onKey: () => undefined,
    onGap: () => undefined,
    onLost: ({ code }) => losses.push(code),
  })
  await Promise.resolve()
  expect(losses).toEqual(['device_lost'])
})

test('a device that is pulled out while the list is made takes no other one off it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'input-'))
  const describe = (name: string, mask: string): void => {
    mkdirSync(join(folder, name, 'device', 'capabilities'), { recursive: true })
    writeFileSync(join(folder, name, 'device', 'capabilities', 'key'), mask)
  }
  describe('event3', '50000000')
  describe('event4', '50000000')
  // What the kernel answers for a device that has just gone is an error, like reading a folder.
  mkdirSync(join(folder, 'event3', 'device', 'name'))
  try {
    expect(listKeyboards(folder).map(({ path }) => path)).toEqual(['/dev/input/event4'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
