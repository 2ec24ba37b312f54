import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openJournal } from '../../src/journal/journal.ts'
import type { RunningCommand } from '../support/command.ts'
import { recordOn } from './holds-record.ts'
import { openSite, poll, type Site, type SiteOptions } from '../support/site.ts'

const preload = pathToFileURL(join(import.meta.dirname, 'crash-at.mjs')).href

/** What one kill showed. */
export interface Verdict {
  readonly falseSuccess: boolean
  readonly doubleWrite: boolean
  readonly lostResult: boolean
  /** The hub's flags say what the card doesn't. */
  readonly disagreement: boolean
  /** How the action attempt ended. */
  readonly ending: string
}

/** A site whose daemon is killed and started again against the same emulated encoder and hub. */
export interface CrashDesk extends AsyncDisposable {
  readonly site: Site
  /** The points of a whole encode: how many of each kind. */
  count(): Promise<Record<'journal' | 'frame' | 'answer', number>>
  /** Resolves when the hub knows how the present order ended. */
  untilEnded(): Promise<void>
  /** One order, one kill, one restart, one truth. `strike` kills, or resolves when the daemon has died by itself. */
  trial(env: NodeJS.ProcessEnv, strike: (daemon: RunningCommand) => Promise<void>): Promise<Verdict>
}

export const openCrashDesk = async (options: SiteOptions = {}): Promise<CrashDesk> => {
  const site = await openSite(options)
  const layoutName = options.layout ?? 'demo'
  const first = site.startDaemon()
  await first.ready
  const acs_encoder_id = await site.encoderId()
  await first.stop()
  const journal = openJournal({ path: join(site.folder, 'desk', 'journal.db') })
  const keys = journal.siteKeys()
  journal.close()
  if (keys === null) throw new Error('the site keys have not arrived')

  let present = ''
  const order = async () => {
    const uid = randomBytes(4).toString('hex').toUpperCase()
    await site.emulator.ask({ do: 'remove' })
    await site.emulator.ask({ do: 'place', type: 'classic1k', uid })
    const access_method_id = await site.newAccessMethod()
    const { action_attempt_id } = await site.seam.accessMethods.encode(
      { access_method_id, acs_encoder_id },
      { waitForActionAttempt: false },
    )
    present = action_attempt_id
    return { uid, access_method_id, action_attempt_id }
  }
  const attemptOf = (action_attempt_id: string) =>
    site.seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: false })
  const ended = (action_attempt_id: string) =>
    poll(async () => {
      const attempt = await attemptOf(action_attempt_id)
      return attempt.status === 'pending' ? null : attempt
    })

  return {
    site,
    count: async () => {
      const file = join(site.folder, 'points.json')
      const { action_attempt_id } = await order()
      const daemon = site.startDaemon({ NODE_OPTIONS: `--import=${preload}`, CRASH_COUNT_FILE: file })
      await daemon.ready
      await ended(action_attempt_id)
      await daemon.stop()
      return JSON.parse(readFileSync(file, 'utf8')) as Record<'journal' | 'frame' | 'answer', number>
    },
    untilEnded: async () => {
      await ended(present)
    },
    trial: async (env, strike) => {
      const { uid, access_method_id, action_attempt_id } = await order()
      const victim = site.startDaemon({ NODE_OPTIONS: `--import=${preload}`, ...env })
      await strike(victim)
      const survivor = site.startDaemon()
      await survivor.ready
      const attempt = await ended(action_attempt_id)
      const method = await site.seam.accessMethods.get({ access_method_id })
      await survivor.stop()
      const isRight = recordOn(await site.emulator.memory(uid), uid, layoutName, keys) !== null
      const counts = await site.emulator.writes(uid)
      return {
        falseSuccess: (attempt.status === 'success' || method.is_issued) && !isRight,
        doubleWrite: counts.some((count) => count > 1),
        lostResult: isRight && attempt.status !== 'success',
        disagreement: method.is_issued !== isRight || method.is_encoding_required === isRight,
        ending: attempt.status === 'error' ? attempt.error.type : attempt.status,
      }
    },
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  }
}
