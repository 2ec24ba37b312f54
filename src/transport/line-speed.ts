import { createRequire } from 'node:module'
import type { SerialEmulator } from '../contract/index.ts'

/**
 * Linux, <asm-generic/termbits.h>: a termios2 is eleven words, the last of which is the output speed in bits a second.
 * MIPS, PowerPC and SPARC number the request otherwise; there it is refused, and the speed stays unknown.
 */
const TCGETS2 = 0x802c542a
const TERMIOS2_WORDS = 11
const OUTPUT_SPEED = 10

/** What a UART makes of bytes at another speed: anything. */
const RUBBISH = 0xe5

/** A speed that was seen longer ago than this was in force before the bytes that are read now. */
const LATE_MS = 250

/** The bytes as an end that listens at another speed receives them. */
export const rubbishOf = (bytes: Uint8Array): Uint8Array => bytes.map(() => RUBBISH)

/**
 * Returns what reads the line speed that the host has set on its end of a pseudoterminal: the master's terminal requests
 * answer for the slave (Linux, drivers/tty/tty_ioctl.c, tty_mode_ioctl). A call costs less than a microsecond. Undefined
 * where it can't be told: another system, koffi (an optional dependency) not installed.
 */
export const openSpeedReader = (master: number): (() => number | undefined) => {
  if (process.platform !== 'linux') return () => undefined
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
    const ioctl: (fd: number, request: number, argument: Uint32Array) => number = koffi
      .load(null)
      .func('int ioctl(int fd, unsigned long request, void *argument)')
    const termios = new Uint32Array(TERMIOS2_WORDS)
    return () => (ioctl(master, TCGETS2, termios) === 0 ? termios[OUTPUT_SPEED] : undefined)
  } catch {
    return () => undefined
  }
}

/** The two ends of a pseudoterminal and their speeds. */
interface LineSpeeds {
  /** The host's speed for bytes that were read just now; undefined when unknown. */
  ofReceived(): number | undefined
  /** Whether the host would understand what the chip sends now. */
  isReadable(): boolean
}

/**
 * Compares the ends of a pseudoterminal, on which bytes carry no speed: what the host has set is known at reading, not at
 * writing. What the chip sends is exact. What the host sends is, but for bytes that are still unread when the host changes
 * its speed (pyserial leaves them there, node-serialport throws them away): a host that acknowledges SetSerialBaudRate and
 * switches at once must not lose its ACK because this process was slow. Therefore bytes read behind a change count as sent
 * before it when that is what the chip hears and the old speed was seen in the last 250 ms. The price: after a change that
 * nobody agreed on, the chip may hear one piece too many; the host gets rubbish for an answer.
 */
export const compareSpeeds = (
  readHostBaudRate: () => number | undefined,
  emulator: Pick<SerialEmulator, 'baudRate'>,
  now: () => number,
): LineSpeeds => {
  let seen: number | undefined
  let seenAtMs = Number.NEGATIVE_INFINITY

  const look = (): number | undefined => {
    seen = readHostBaudRate()
    seenAtMs = now()
    return seen
  }

  return {
    ofReceived: () => {
      const before = now() - seenAtMs <= LATE_MS ? seen : undefined
      const after = look()
      return before === emulator.baudRate ? before : after
    },
    isReadable: () => {
      const hostBaudRate = look()
      return hostBaudRate === undefined || hostBaudRate === emulator.baudRate
    },
  }
}
