import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { pmsOrder } from '../../test/support/pms-desk.ts'
import { createPmsPeer } from '../../test/support/pms-peer.ts'
import { pmsBytes } from '../../test/support/pms-text.ts'
import { formatHex } from '../../src/wire/hex.ts'
import onity from './index.ts'

const hex = (text: string): string =>
  text === 'ACK' ? '06' : text === 'NAK' ? '15' : formatHex(pmsBytes(text))

/**
 * Orders a key, gives it up after three seconds, and has the lock system say this to the ENQ and to the EX that follow.
 */
const giveUp = async (toEnquiry: readonly string[], toCancel: readonly string[]) => {
  const clock = createFakeClock()
  let isGivenUp = false
  const peer = createPmsPeer((heard) => {
    if (heard !== '05') return heard.startsWith('02B34558') ? toCancel.map(hex).join('') : '06'
    return isGivenUp ? toEnquiry.map(hex).join('') : '06'
  })
  const context = {
    transport: peer.transport,
    clock,
    wallClock: () => new Date(0),
    options: onity.options.parse({}),
  }
  const system = await clock.drive(onity.open(context, { signal: new AbortController().signal }))
  if (system.kind !== 'keySystem') throw new Error('It is no key system.')
  const losses: string[] = []
  system.onLost((error) => losses.push(error.code))
  const abort = new AbortController()
  const giving = system.makeKey('1', pmsOrder, { signal: abort.signal, beforeSending: () => undefined }).then(
    () => 'done',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'thrown'),
  )
  await clock.advance(3000)
  isGivenUp = true
  const abortedAtMs = clock.now()
  abort.abort()
  const ending = await clock.drive(giving)
  return { ending, tookMs: clock.now() - abortedAtMs, heard: peer.heard.slice(-2), losses }
}

test.each([
  ['its task is refused, and EX is answered', ['ACK'], ['ACK', '|ED|', '|EX|1|'], 'aborted', false],
  ['EX is answered, and its task is refused', ['ACK'], ['ACK', '|EX|1|', '|ED|'], 'aborted', false],
  ['the card was spoiled before EX came', ['ACK'], ['ACK', '|EN|', '|EX|1|'], 'card_write_refused', false],
  ['the key was made before ENQ came', ['|CN|1|', 'ACK'], [], 'done', false],
  ['the order was refused before ENQ came', ['|TD|', 'ACK'], [], 'aborted', false],
  ['the key was made before EX came', ['ACK'], ['|CN|1|', 'ACK', '|EX|1|'], 'done', false],
  ['the key was made, and EX is refused', ['ACK'], ['ACK', '|CN|1|', '|ES|'], 'done', false],
  ['the key was made, and EX is not answered', ['ACK'], ['ACK', '|CN|1|'], 'done', true],
  ['one refusal comes, and may be EX’s', ['ACK'], ['ACK', '|OV|'], 'outcome_unknown', true],
  ['two refusals come', ['ACK'], ['ACK', '|OV|', '|ED|'], 'outcome_unknown', true],
  ['EX alone is answered', ['ACK'], ['ACK', '|EX|1|'], 'outcome_unknown', true],
  ['EX is not heard', ['ACK'], [], 'outcome_unknown', true],
  ['the system is busy', ['NAK'], [], 'outcome_unknown', true],
  ['the system is silent', [], [], 'outcome_unknown', true],
])('an order that is given up, where %s', async (_, toEnquiry, toCancel, ending, isLost) => {
  const outcome = await giveUp(toEnquiry, toCancel)
  expect(outcome).toMatchObject({ ending, losses: isLost ? ['device_lost'] : [] })
  expect(outcome.tookMs).toBeLessThanOrEqual(onity.manifest.abortWithinMs)
})

test('EX goes out once the enquiry is acknowledged, for the encoder that works', async () => {
  const { heard } = await giveUp(['ACK'], ['ACK', '|ED|', '|EX|1|'])
  expect(heard).toEqual(['05', hex('|EX|1|')])
})

test('a busy system is not waited for', async () => {
  expect((await giveUp(['NAK'], [])).tookMs).toBe(0)
})
