import { ACK, type CardAnswer, NAK, reply } from './emulated-card.ts'
import type { PageModel } from './page-models.ts'
import type { PageProtection } from './page-protection.ts'

/** The one-way counters of 24 bits. */
interface PageCounters {
  /** NTAG counts the first READ or FAST_READ that it answers after each selection, where NFC_CNT_EN says so. */
  countReading(): void
  /** The card was halted: the next reading counts again. */
  reset(): void
  /** Answers READ_CNT, INCR_CNT and CHECK_TEARING; every other command with NAK. */
  answer(command: Uint8Array): CardAnswer
}

const MAX = 0xff_ff_ff
/** Bits of ACCESS (NTAG213/215/216 §8.5.7). */
const COUNTER_ON = 0x10
const COUNTER_NEEDS_PASSWORD = 0x08
/** The number of NTAG's one counter. */
const READINGS = 2
/** No write of a counter was torn (MF0ULX1 §10.10). */
const VALID = 0xbd

export const createPageCounters = ({ counters }: PageModel, protection: PageProtection): PageCounters => {
  const values = [0, 0, 0]
  let hasCounted = false

  const isCounting = (): boolean => counters === 'one' && (protection.access & COUNTER_ON) !== 0

  const mayRead = (counter: number): boolean => {
    if (counters === 'three') return counter < values.length
    const needsPassword = (protection.access & COUNTER_NEEDS_PASSWORD) !== 0
    return isCounting() && counter === READINGS && (protection.isOpen || !needsPassword)
  }

  const increment = (counter: number, step: number): CardAnswer => {
    const value = (values[counter] ?? MAX) + step
    if (counters !== 'three' || value > MAX) return NAK
    values[counter] = value
    return ACK
  }

  return {
    countReading: () => {
      if (isCounting() && !hasCounted) values[READINGS] = Math.min(MAX, (values[READINGS] ?? 0) + 1)
      hasCounted = true
    },
    reset: () => {
      hasCounted = false
    },
    answer: (command) => {
      const [code, counter = 0, low = 0, middle = 0, high = 0] = command
      const value = values[counter] ?? 0
      switch (`${code?.toString(16)} ${command.length}`) {
        case '39 2':
          return mayRead(counter) ? reply(value & 0xff, (value >> 8) & 0xff, value >> 16) : NAK
        case 'a5 6':
          return increment(counter, low | (middle << 8) | (high << 16))
        case '3e 2':
          return counters === 'three' && counter < values.length ? reply(VALID) : NAK
        default:
          return NAK
      }
    },
  }
}
