import { test } from 'vitest'

/** `test`, or a skipped one that has said why on the terminal: a skip without its reason is a hole that nobody sees. */
export const testUnless = (reason: string | null): typeof test | typeof test.skip => {
  if (reason === null) return test
  process.stderr.write(`skipped: ${reason}\n`)
  return test.skip
}
