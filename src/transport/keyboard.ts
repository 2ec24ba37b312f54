import { closeSync, constants, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { BridgeError } from '../contract/errors.ts'
import type { KeyboardTransport, KeyListener } from '../contract/transport.ts'
import { usageOfCode } from './keyboard-codes.ts'

/** Takes the device for this process alone; it ends with the descriptor (linux/input.h, EVIOCGRAB). */
const EVIOCGRAB = 0x40044590
/** KEY_MAX, as a bit for each key (linux/input-event-codes.h). */
const KEY_STATE_BYTES = 0x300 / 8
/** EVIOCGKEY for so many bytes: the keys that are down (linux/input.h). */
const EVIOCGKEY = 0x80004518 + KEY_STATE_BYTES * 0x10000
/** Node reads a device node in a thread that waits for ever, so the node is asked without waiting. A key takes longer. */
const READ_EVERY_MS = 10
/** struct input_event: two words of time, type and code of 16 bits, a value of 32. */
const WORD_BYTES = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8
const EVENT_BYTES = 2 * WORD_BYTES + 8
const EVENTS_A_READ = 64
const EV_SYN = 0
const EV_KEY = 1
/** The kernel's buffer for this reader was full, and what it held is lost (Documentation/input/event-codes.rst). */
const SYN_DROPPED = 3
/** Usages from here on are modifiers (HID Usage Tables §10). */
const FIRST_MODIFIER = 0xe0

/** An event device that is open and grabbed. */
export interface EventNode {
  /** What has come; empty when nothing has. Throws what the system says when the device is gone. */
  read(): Uint8Array
  /** The codes of the keys that are down now; none where the system does not tell. */
  held(): readonly number[]
  close(): void
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const refusals = new Map([
  ['ENOENT', 'device_absent'],
  ['ENODEV', 'device_absent'],
  ['ENXIO', 'device_absent'],
  ['EACCES', 'device_denied'],
  ['EPERM', 'device_denied'],
] as const)

interface Controls {
  grab(fd: number, request: number, value: number): number
  readKeys(fd: number, request: number, state: Uint8Array): number
}

const loadControls = (): Controls => {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
    const system = koffi.load(null)
    return {
      grab: system.func('int ioctl(int fd, unsigned long request, long value)'),
      readKeys: system.func('int ioctl(int fd, unsigned long request, _Out_ uint8_t *state)'),
    }
  } catch (cause) {
    throw new BridgeError(
      'driver_unavailable',
      'The package koffi, which takes a keyboard away from the desktop.',
      {
        cause,
      },
    )
  }
}

const openNode = (path: string): EventNode => {
  const controls = loadControls()
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const code = refusals.get(codeOf(cause) as 'ENOENT') ?? 'device_fault'
    throw new BridgeError(code, `${path} cannot be opened.`, { cause })
  }
  if (controls.grab(fd, EVIOCGRAB, 1) !== 0) {
    closeSync(fd)
    throw new BridgeError('device_busy', `Another program has taken ${path} for itself.`)
  }
  const buffer = new Uint8Array(EVENT_BYTES * EVENTS_A_READ)
  return {
    read: () => {
      try {
        return buffer.slice(0, readSync(fd, buffer, 0, buffer.length, null))
      } catch (error) {
        if (codeOf(error) === 'EAGAIN') return new Uint8Array(0)
        throw error
      }
    },
    held: () => {
      const state = new Uint8Array(KEY_STATE_BYTES)
      if (controls.readKeys(fd, EVIOCGKEY, state) < 0) return []
      return [...state].flatMap((byte, index) =>
        [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => ((byte >> bit) & 1) === 1).map((bit) => index * 8 + bit),
      )
    },
    close: () => closeSync(fd),
  }
}

/** What the transport needs of the outside; the defaults are the kernel and the real time. */
interface KeyboardPorts {
  readonly open?: (path: string) => EventNode
  readonly now?: () => number
  readonly platform?: NodeJS.Platform
}

/**
 * Takes a device that types (`/dev/input/event3`, or a link under `/dev/input/by-id`) away from the desktop: its keys reach
 * nobody else until it is closed. Linux only: elsewhere the system keeps keyboards to itself.
 * Rejects `not_supported` on other systems, `device_absent`, `device_denied`, `device_busy`, `driver_unavailable`.
 */
export const openKeyboard = async (
  path: string,
  { open = openNode, now = () => performance.now(), platform = process.platform }: KeyboardPorts = {},
): Promise<KeyboardTransport> => {
  if (platform !== 'linux') {
    throw new BridgeError(
      'not_supported',
      'Only Linux lets a program have a keyboard alone; set the scanner to HID POS or serial mode.',
    )
  }
  const node = open(path)
  let listener: KeyListener | undefined
  let isOpen = true
  let lost: BridgeError | undefined

  const end = (): void => {
    if (!isOpen) return
    isOpen = false
    clearInterval(timer)
    node.close()
  }

  const resynchronise = (): void => {
    listener?.onGap()
    for (const code of node.held()) {
      const usage = usageOfCode(code)
      if (usage !== undefined && usage >= FIRST_MODIFIER) {
        listener?.onKey({ usage, isPressed: true, atMs: now() })
      }
    }
  }

  const deliver = (events: Uint8Array): void => {
    const view = new DataView(events.buffer, events.byteOffset, events.byteLength)
    for (let at = 0; at + EVENT_BYTES <= events.length; at += EVENT_BYTES) {
      const type = view.getUint16(at + 2 * WORD_BYTES, true)
      const code = view.getUint16(at + 2 * WORD_BYTES + 2, true)
      const value = view.getInt32(at + 2 * WORD_BYTES + 4, true)
      // What was read behind it is older than the state that is asked for now.
      if (type === EV_SYN && code === SYN_DROPPED) return resynchronise()
      const usage = usageOfCode(code)
      // 2 is the repetition of a key that is held.
      if (type === EV_KEY && usage !== undefined && value < 2) {
        listener?.onKey({ usage, isPressed: value === 1, atMs: now() })
      }
    }
  }

  const poll = (): void => {
    try {
      deliver(node.read())
    } catch (cause) {
      end()
      lost = new BridgeError('device_lost', `${path} is gone.`, { cause })
      listener?.onLost(lost)
    }
  }
  const timer = setInterval(poll, READ_EVERY_MS)

  return {
    kind: 'keyboard',
    path,
    listen: (next) => {
      if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
      listener = next
      if (lost !== undefined) {
        const error = lost
        queueMicrotask(() => listener === next && next.onLost(error))
      }
      return () => {
        if (listener === next) listener = undefined
      }
    },
    close: async () => end(),
  }
}
