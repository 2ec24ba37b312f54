import { test } from 'vitest'
import { abilityRules } from './key-abilities.ts'
import { abortRules } from './key-aborts.ts'
import type { Rule } from './key-desk.ts'
import { encoderRules } from './key-encoders.ts'
import { endingRules } from './key-endings.ts'
import { lineRules } from './key-line.ts'
import { orderRules } from './key-orders.ts'
import type { Subject } from './subject.ts'

/** Rules about key systems: one order in, one key out, and the truth about it. */
export const keyRules = (subject: Subject): readonly Rule[] => [
  ...orderRules(subject),
  ...endingRules(subject),
  ...encoderRules(subject),
  ...abilityRules(subject),
  ...abortRules(subject),
  ...lineRules(subject),
]

/** Each rule behind its title, for the names of tests. */
export const named = (rules: readonly Rule[]): readonly (readonly [string, Rule])[] =>
  rules.map((rule) => [rule.title, rule])

export const describeKeys = (subject: Subject): void => {
  test.each(named(keyRules(subject)))('%s', async (_, { run }) => run(), 120_000)
}
