/**
 * Runs in the machine: every check in turn, one line of JSON each. Exits 1 when one failed.
 * @module
 */
import { once } from 'node:events'
import { openBench } from './bench.ts'
import type { Bench, Check, Verdict } from './checks/check.ts'
import { checks } from './checks/index.ts'

/** What a check waits for has limits of its own; this ends one that waits for something else. */
const CHECK_WITHIN_MS = 60_000

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

const judge = async ({ title, run }: Check, bench: Bench): Promise<Verdict> => {
  const started = performance.now()
  const limit = AbortSignal.timeout(CHECK_WITHIN_MS)
  const outOfTime = once(limit, 'abort').then(() => {
    throw new Error(`not done after ${String(CHECK_WITHIN_MS)} ms`)
  })
  const verdict = await Promise.race([run(bench), outOfTime]).then(
    (figures) => ({ failure: null, figures: figures ?? {} }),
    (error: unknown) => ({ failure: reasonOf(error), figures: {} }),
  )
  return { title, ...verdict, tookMs: performance.now() - started, isHanging: limit.aborted }
}

const runAll = async (bench: Bench): Promise<boolean> => {
  let isGood = true
  for (const check of checks) {
    const verdict = await judge(check, bench)
    process.stdout.write(`${JSON.stringify(verdict)}\n`)
    isGood &&= verdict.failure === null
    // The bench is in no state to go on with.
    if (verdict.isHanging) break
  }
  return isGood
}

const bench = await openBench()
const isGood = await runAll(bench)
if (isGood) await bench[Symbol.asyncDispose]()
else process.stderr.write(bench.desk.log())
process.exit(isGood ? 0 : 1)
