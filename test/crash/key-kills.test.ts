import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BridgeError } from 'encoder-bridge/driver'
import type { Journal } from '../../src/contract/journal.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import { guestKey, openLockDesk } from '../sessions/lock-desk.ts'
import type { Behaviour } from '../support/fake-lock-system.ts'

/** One order to a lock system, how the system takes its commands, and what lies on the encoder when it reads. */
interface Story {
  readonly copies: number
  readonly behaviours: readonly Behaviour[]
  readonly reads: boolean
  readonly isKeyThere: boolean
}

/** The moments at which a process can die: around each writing to the journal, and when the lock system has acted. */
const createDeath = (kills: readonly number[]) => {
  let passed = 0
  let isDead = false
  const pass = (): void => {
    passed += 1
    if (kills.includes(passed)) isDead = true
  }
  const mustLive = (): void => {
    if (isDead) throw new BridgeError('data_unwritable', 'The process is dead.')
  }
  /** A journal whose process dies at the moment; what a dead one asks for does not happen. */
  const journalOf = (journal: Journal): Journal => {
    const fatal =
      <Args extends readonly unknown[]>(write: (...args: Args) => void) =>
      (...args: Args): void => {
        mustLive()
        pass()
        mustLive()
        write(...args)
        pass()
        mustLive()
      }
    return {
      ...journal,
      writing: fatal(journal.writing),
      verified: fatal(journal.verified),
      end: fatal(journal.end),
    }
  }
  return {
    journalOf,
    onActed: pass,
    isAlive: () => !isDead,
    revive: () => {
      isDead = false
    },
    get passed() {
      return passed
    },
  }
}

/** Runs the story with a death at each of the moments, and tells how it ended, and what was found wrong. */
const live = async (story: Story, kills: readonly number[]) => {
  const death = createDeath(kills)
  const { journalOf, onActed, isAlive } = death
  const keys = { copiesAtOnce: 1, reads: story.reads }
  let desk = await openLockDesk({ keys, journalOf, onActed, isAlive })
  const { system } = desk
  const first = desk
  try {
    system.next(...story.behaviours)
    const credentialId = randomUUID()
    const orderId = desk.order({ credentialId, copies: story.copies })
    let doubts = 0
    let heardBefore = 0
    for (;;) {
      await desk.settled()
      for (
        let waits = 0;
        isAlive() && desk.sessions.view(orderId)?.ending == null && waits < 1000;
        waits += 1
      ) {
        if (story.isKeyThere && system.keysOf(credentialId) > 0) system.place('1', guestKey())
        await desk.clock.advance(1_000)
      }
      if (isAlive()) break
      const { phase } = desk.journal.entry(orderId) ?? {}
      // What the journal has as begun is not begun again.
      if (phase !== 'accepted') doubts = Math.max(doubts, system.heard.length)
      heardBefore = system.heard.length
      death.revive()
      desk = await desk.restart()
      if (phase !== 'accepted') {
        await desk.clock.advance(0)
        expect(system.heard.length, 'commands after the crash').toBe(heardBefore)
      }
    }
    const ending = desk.journal.entry(orderId)?.ending ?? null
    return {
      passed: death.passed,
      ending,
      wrongs: wrongsOf(story, ending, system.keysOf(credentialId), doubts, system.heard.length),
    }
  } finally {
    await desk.crash()
    await first[Symbol.asyncDispose]()
  }
}

const wrongsOf = (
  { copies }: Story,
  ending: Ending | null,
  made: number,
  doubts: number,
  heard: number,
): readonly string[] => {
  const told = ending?.kind === 'encoded' ? (ending.keys?.made ?? 0) : 0
  const rules: Record<string, boolean> = {
    'no ending': ending === null,
    'more keys than were ordered': made > copies,
    'a key is told that was not made': told > made,
    'a key was made, and it is told that nothing happened': ending?.kind === 'untouched' && made > 0,
    'a command after the one that was in doubt': doubts > 0 && heard > doubts,
    'all are told, and they are not all there':
      ending?.kind === 'encoded' && ending.keys?.shortfall === null && made !== copies,
  }
  return Object.entries(rules).flatMap(([rule, isBroken]) => (isBroken ? [rule] : []))
}

const busy: Behaviour = { does: 'refuse', code: 'key_encoder_busy' }
const behaviours: readonly Behaviour[] = [
  { does: 'obey', serials: ['04A1B2C3'] },
  busy,
  { does: 'refuse', code: 'card_timeout' },
  { does: 'actSilently' },
  { does: 'ignore' },
  { does: 'failBefore', code: 'device_lost' },
]

const told = new Map<string, number>()
const note = (ending: Ending | null): void => {
  const kind =
    ending?.kind === 'encoded'
      ? `encoded ${String(ending.keys?.made)} of ${String(ending.keys?.wanted)} ${ending.proof}`
      : (ending?.kind ?? 'none')
  told.set(kind, (told.get(kind) ?? 0) + 1)
}

it('never orders a key again after a kill at any writing to the journal or any act of the lock system', async () => {
  const scripts: readonly (readonly Behaviour[])[] = [[], [busy, busy], ...behaviours.map((one) => [one])]
  for (const script of scripts) {
    for (const copies of [1, 2]) {
      for (const [reads, isKeyThere] of [
        [true, true],
        [false, false],
      ] as const) {
        const story: Story = { copies, behaviours: script, reads, isKeyThere }
        const whole = await live(story, [])
        expect(whole.wrongs, JSON.stringify(story)).toEqual([])
        expect(whole.passed).toBeGreaterThan(1)
        for (let moment = 1; moment <= whole.passed; moment += 1) {
          const { ending, wrongs } = await live(story, [moment])
          expect(wrongs, `${JSON.stringify(story)}, killed at ${String(moment)}`).toEqual([])
          note(ending)
        }
      }
    }
  }
  process.stdout.write(`key kills: endings ${JSON.stringify(Object.fromEntries(told))}\n`)
  expect(told.size).toBeGreaterThan(5)
})

it('keeps it over random orders, answers and any number of kills', async () => {
  const runs = Number(process.env['CRASH_MODELS'] ?? 100)
  const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)
  process.stdout.write(`key kills: ${String(runs)} runs, CRASH_SEED=${String(seed)}\n`)
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        copies: fc.integer({ min: 1, max: 4 }),
        behaviours: fc.array(fc.constantFrom(...behaviours), { maxLength: 6 }),
        reads: fc.boolean(),
        isKeyThere: fc.boolean(),
      }),
      fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 4 }),
      async (story, kills) => {
        expect((await live(story, kills)).wrongs).toEqual([])
      },
    ),
    { numRuns: runs, seed, endOnFailure: true },
  )
})
