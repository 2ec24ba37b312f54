import { expect } from 'vitest'
import { testUnless } from '../support/skip.ts'
import type { Verdict } from './vm/checks/check.ts'
import { checks } from './vm/checks/index.ts'
import { runMachine, type MachineRun } from './vm/machine/machine.ts'
import { reasonNotToBoot } from './vm/machine/needs.ts'

const MACHINE_WITHIN_MS = 240_000
const TEST_WITHIN_MS = MACHINE_WITHIN_MS + 60_000

const reason = reasonNotToBoot()
const test = testUnless(reason === null ? null : `devices of a real kernel in a virtual machine: ${reason}`)

interface Run extends MachineRun {
  readonly verdicts: readonly Verdict[]
}

const print = ({ title, tookMs, figures }: Verdict): void => {
  const all = Object.entries({ ...figures, tookMs })
  const told = all.map(([name, value]) => `${name} ${value.toFixed(0)}`).join(', ')
  process.stderr.write(`vm: ${title}: ${told}\n`)
}

const run = async (): Promise<Run> => {
  const machine = await runMachine(new URL('vm/guest.ts', import.meta.url), MACHINE_WITHIN_MS)
  const lines = machine.output.split('\n').filter((line) => line !== '')
  const verdicts = lines.map((line) => JSON.parse(line) as Verdict)
  for (const verdict of verdicts) print(verdict)
  if (machine.exitCode !== 0) process.stderr.write(`the machine's console:\n${machine.console}\n`)
  return { ...machine, verdicts }
}

/** One machine for all tests: to start it takes longer than what is done there. */
let running: Promise<Run> | undefined
const machine = (): Promise<Run> => (running ??= run())

for (const { title } of checks) {
  test(
    title,
    async () => {
      const verdict = (await machine()).verdicts.find((one) => one.title === title)
      expect(verdict, 'the machine did not come so far').toBeDefined()
      expect(verdict?.failure, verdict?.failure ?? '').toBeNull()
    },
    TEST_WITHIN_MS,
  )
}

test(
  'the machine makes every check once, in order, and ends well',
  async () => {
    const { verdicts, exitCode } = await machine()
    expect(verdicts.map(({ title }) => title)).toEqual(checks.map(({ title }) => title))
    expect(exitCode).toBe(0)
  },
  TEST_WITHIN_MS,
)
