import { setTimeout as pause } from 'node:timers/promises'

/** Asking without a pause would take the processor from those who are asked. */
const ASK_EVERY_MS = 10
/** Far more than anything here takes, even on a busy computer. */
const ANSWER_WITHIN_MS = 20_000

/** Repeats a question until its answer is neither null, undefined nor false. Rejects when it stays so. */
export const until = async <T>(
  ask: () => T | null | undefined | false | Promise<T | null | undefined | false>,
): Promise<T> => {
  const started = performance.now()
  while (performance.now() - started < ANSWER_WITHIN_MS) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    await pause(ASK_EVERY_MS)
  }
  throw new Error(`not within ${String(ANSWER_WITHIN_MS)} ms`)
}
