import { expect, it } from 'vitest'
import { openCrashDesk, type Verdict } from './crash-desk.ts'

/** `CRASH_FULL=1` sweeps every point, at the resting and at a faster line speed, and 500 instants. */
const isFull = process.env['CRASH_FULL'] === '1'
const instants = Number(process.env['CRASH_INSTANTS'] ?? (isFull ? 500 : 50))
const HOURS = 4 * 3_600_000

const summarize = (name: string, verdicts: readonly (Verdict & { readonly at: string })[]): void => {
  const endings = new Map<string, number>()
  for (const { ending } of verdicts) endings.set(ending, (endings.get(ending) ?? 0) + 1)
  const shown = [...endings].map(([ending, count]) => `${ending} ${String(count)}`).join(', ')
  process.stdout.write(`${name}: ${String(verdicts.length)} kills; the attempts ended: ${shown}\n`)
  const where = (isBad: (verdict: Verdict) => boolean): string[] => verdicts.filter(isBad).map(({ at }) => at)
  expect({
    falseSuccesses: where((verdict) => verdict.falseSuccess),
    doubleWrites: where((verdict) => verdict.doubleWrite),
    lostResults: where((verdict) => verdict.lostResult),
    disagreements: where((verdict) => verdict.disagreement),
  }).toEqual({ falseSuccesses: [], doubleWrites: [], lostResults: [], disagreements: [] })
}

type Counts = Record<'journal' | 'frame' | 'answer', number>

const pointsOf = (
  counts: Counts,
  kinds: readonly ('journal' | 'frame' | 'answer')[],
  moments: readonly ('before' | 'after')[],
): string[] =>
  kinds.flatMap((kind) =>
    Array.from({ length: counts[kind] }, (_, index) => index + 1).flatMap((number) =>
      moments.map((moment) => `${kind}:${String(number)}:${moment}`),
    ),
  )

const sweep = async (
  name: string,
  choose: (counts: Counts) => readonly string[],
  sessionBaudRate?: number,
): Promise<void> => {
  await using desk = await openCrashDesk(sessionBaudRate === undefined ? {} : { sessionBaudRate })
  const points = choose(await desk.count())
  expect(points.length).toBeGreaterThan(5)
  const verdicts = []
  for (const at of points) {
    // A daemon that outlives its point (a run may have fewer chunks than the counted one) is killed after its order.
    const verdict = await desk.trial({ CRASH_AT: at }, async (daemon) => {
      await Promise.race([daemon.exited, desk.untilEnded()])
      await daemon.kill()
    })
    verdicts.push({ ...verdict, at })
  }
  summarize(name, verdicts)
}

it(
  'tells the truth after a kill at every write of the journal',
  () =>
    sweep('every journal write', (counts) =>
      pointsOf(counts, ['journal'], isFull ? ['before', 'after'] : ['after']),
    ),
  HOURS,
)

/** Without CRASH_FULL some of the frames, so that CI is done in minutes. */
const framesOf = (counts: Counts): readonly string[] =>
  pointsOf(counts, ['frame', 'answer'], ['before', 'after']).filter((_, index) => isFull || index % 6 === 0)

it(
  'tells the truth after a kill at the frames of an encode',
  () => sweep('frames at 115200 baud', framesOf, 115_200),
  HOURS,
)

it(
  'tells the truth after a kill at the frames of an encode at 921600 baud',
  () => sweep('frames at 921600 baud', framesOf, 921_600),
  HOURS,
)

it(
  `tells the truth after a kill at ${String(instants)} random instants of a long encode`,
  async () => {
    await using desk = await openCrashDesk({ layout: 'image', isRealtime: true })
    const started = performance.now()
    await desk.trial({}, async (daemon) => {
      await desk.untilEnded()
      await daemon.kill()
    })
    const spanMs = (performance.now() - started) / 2
    const verdicts = []
    for (let index = 0; index < instants; index += 1) {
      const atMs = Math.random() * spanMs
      const verdict = await desk.trial({}, async (daemon) => {
        await new Promise((resolve) => setTimeout(resolve, atMs))
        await daemon.kill()
      })
      verdicts.push({ ...verdict, at: `${atMs.toFixed(1)} ms` })
    }
    summarize('random instants', verdicts)
  },
  HOURS,
)
