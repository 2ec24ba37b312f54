import { describe, expect, test } from 'vitest'
import { createFlawedLock, type Flaw } from '../support/flawed-lock.ts'
import { describeLifetime } from './lifetime.ts'
import { keyRules, named } from './keys.ts'

describe('the kit finds nothing against a driver that keeps its promises', () => {
  describeLifetime({ driver: createFlawedLock(), transport: 'tcp' })
  test.each(named(keyRules({ driver: createFlawedLock(), transport: 'tcp' })))('%s', async (_, { run }) =>
    run(),
  )
})

/** A flaw, and the beginning of the rule that finds it. */
const findings: readonly (readonly [Flaw, string])[] = [
  ['sends again when nothing answers', 'late: nobody knows'],
  [
    'takes any answer for its own',
    'an answer that comes late is no answer to the next order of that encoder',
  ],
  ['takes any answer for its own', 'an answer that comes late is no answer to the next order of another'],
  ['asks when the command is out', 'what beforeSending throws'],
  ['asks twice', 'beforeSending is called once'],
  ['sends although it was told not to', 'what beforeSending throws'],
  ['tells every refusal as the same', 'room_unknown: told as that'],
  ['tells the loss of the link after sending', 'the link cut anywhere ends'],
  ['tells the loss of the link after sending', 'the link cut anywhere while'],
  ['takes rubbish for success', 'garbled: nobody knows'],
  ['takes silence for a refusal', 'silent: nobody knows'],
  ['gives one command after the other', 'it is parallel'],
  ['takes a second order for an encoder', 'a second order for an encoder'],
  ['does not hear aborts', 'an order that was sent and has no answer'],
  ['calls aborted what was sent', 'an abort at any message toDevice'],
  ['sends what was given up before', 'checkOut is not sent'],
  ['sends what the protocol can’t say', 'what the protocol can’t say'],
  ['tells serial numbers in errors', 'card_timeout: told as that'],
  ['mixes the encoders up', 'orders for two encoders at once'],
  ['leaves a timer', 'an order makes one key'],
  ['takes a blank for a key', 'a blank card is read'],
  ['takes every key for a valid one', 'a key is read as valid no more'],
  ['checks out without asking', 'checkOut is carried out'],
  ['loses the rest of a line', 'a split at any byte'],
]

test.each(findings)('a driver that %s breaks the rule: %s', async (flaw, title) => {
  const rules = keyRules({ driver: createFlawedLock(flaw), transport: 'tcp' })
  const [rule, ...others] = rules.filter((one) => one.title.startsWith(title))
  expect(others).toEqual([])
  await expect(rule?.run()).rejects.toHaveProperty('name', 'AssertionError')
})
