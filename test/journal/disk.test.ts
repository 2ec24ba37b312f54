import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { testUnless } from '../support/skip.ts'
import { childCommand, runChild } from './child.ts'
import { temporaryDirectory } from './fixtures.ts'

const program = new URL('fill-disk.ts', import.meta.url)

const reasonUnlessRuns = (what: string, command: string, args: readonly string[]): string | null => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return null
  } catch {
    return `${what}: \`${command} ${args.join(' ')}\` does not run here`
  }
}

/** A shell with root's powers over its own mounts, on which a small tmpfs can be made. */
const ownMounts = ['--user', '--map-root-user', '--mount']
const withLimits = testUnless(reasonUnlessRuns('full disk by file size limit', 'prlimit', ['--version']))
const withMounts = testUnless(
  reasonUnlessRuns('full and read-only disk', 'unshare', [
    ...ownMounts,
    'mount',
    '-t',
    'tmpfs',
    'none',
    '/mnt',
  ]),
)

const refused = {
  refused: 'data_unwritable',
  again: 'data_unwritable',
  sameAfterRefusal: true,
  sameAfterSecondRefusal: true,
  sameAfterCrash: true,
  withRoom: null,
  changedWithRoom: true,
}

const inOwnMounts = (script: string, directory: string): readonly string[] => [
  'unshare',
  ...ownMounts,
  'sh',
  '-ec',
  script.replaceAll('DIR', directory),
]

const quoted = (...args: readonly string[]): string =>
  childCommand(program, ...args)
    .map((word) => `'${word}'`)
    .join(' ')

withLimits(
  'wherever a write is refused, the call is data_unwritable, nothing of it has happened, and with room work goes on',
  async () => {
    const trials = await runChild(childCommand(program, 'limits', temporaryDirectory(), temporaryDirectory()))
    expect(trials).toHaveLength(47)
    const opened = trials.filter((trial) => !Object.hasOwn(trial as object, 'refusedAtOpening'))
    for (const trial of opened) expect(trial).toMatchObject(refused)
    for (const trial of trials) {
      if (!opened.includes(trial)) expect(trial).toEqual({ refusedAtOpening: 'data_unwritable' })
    }
    expect(opened.length).toBeGreaterThan(20)
    expect(opened.length).toBeLessThan(47)
  },
  60_000,
)

withMounts(
  'a full file system is data_unwritable, and nothing of the refused call has happened',
  async () => {
    const elsewhere = temporaryDirectory()
    const script = ['40000', '100000', '200000']
      .map((ballast) => `mount -t tmpfs -o size=400k none DIR; ${quoted('space', 'DIR', elsewhere, ballast)}`)
      .join('; umount DIR; ')
    const trials = await runChild(inOwnMounts(script, temporaryDirectory()))
    expect(trials).toHaveLength(3)
    for (const trial of trials) expect(trial).toMatchObject(refused)
  },
  60_000,
)

withMounts(
  'a read-only file system is data_unwritable at opening',
  async () => {
    const script = `
      mount -t tmpfs none DIR
      ${quoted('open', 'DIR')}
      mount -o remount,ro none DIR
      ${quoted('open', 'DIR')}`
    const lines = await runChild(inOwnMounts(script, temporaryDirectory()))
    expect(lines).toEqual([{ code: null }, { code: 'data_unwritable' }])
  },
  60_000,
)
