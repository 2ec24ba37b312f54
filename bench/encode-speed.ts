import { openDesk } from './desk.ts'
import { encodeCards, writingTimes } from './encode-cards.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const CARDS = 9
const LIMIT_RATIO = 1.1
/** What the faster line may take of the time at 115200 baud; the card's own time makes 0.57 the floor. */
const FAST_LIMIT_RATIO = 0.65

/** The time model's floor for writing and reading back 47 blocks: line time at the speed plus 435 ms of the card. */
const floorsMs = { 115200: 858, 921600: 488 } as const

const measureAt = async (sessionBaudRate: keyof typeof floorsMs): Promise<readonly number[]> => {
  await using desk = await openDesk({ encoders: 1, time: 'exact', layout: 'image', sessionBaudRate })
  const daemon = await desk.startWhole()
  await encodeCards(
    desk,
    Array.from({ length: CARDS }, (_, card) => `DE0000${String(card).padStart(2, '0')}`),
  )
  return writingTimes(daemon)
}

/**
 * A MIFARE Classic 1K of which all 47 data blocks are written and read back, ordered through the hub: from the intent in
 * the journal to the proof in the journal.
 */
export const measureEncodeSpeed = async (): Promise<readonly Row[]> => {
  const slow = await measureAt(115200)
  const fast = await measureAt(921600)
  const rowAt = (baudRate: keyof typeof floorsMs, samples: readonly number[]): Row =>
    createRow(
      {
        name: `encode of 47 blocks, ${baudRate} baud`,
        unit: 'ms',
        comparison: { name: 'model', value: floorsMs[baudRate], limit: LIMIT_RATIO },
      },
      samples,
    )
  const { median } = summarize(slow)
  return [
    rowAt(115200, slow),
    rowAt(921600, fast),
    createRow(
      {
        name: '  the same beside 115200 baud',
        unit: 'ms',
        comparison: { name: 'at 115200', value: median, limit: FAST_LIMIT_RATIO },
      },
      fast,
    ),
  ]
}
