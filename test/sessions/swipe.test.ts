import { describe, expect, test } from 'vitest'
import type { Card } from '../../src/contract/card.ts'
import { noUid } from '../../src/contract/ids.ts'
import type { PromptFacts } from '../../src/sessions/prompts.ts'
import { promptOf } from '../../src/sessions/prompts.ts'
import { encodeStates, writeTask } from './chart-support.ts'

const stripe: Card = { uid: noUid, technology: 'magstripe' }

describe('a swipe that went wrong while the card was written', () => {
  test('is told, and the card is swiped and written again', async () => {
    const run = await encodeStates.writing()
    await run.actors.writeCard.call().reject('card_swipe_failed')
    expect(run.state()).toBe('writing')
    expect(run.context().notice).toBe('card_swipe_failed')
    expect(run.actors.writeCard.calls).toHaveLength(2)
    await run.actors.writeCard.call().resolve()
    expect(run.state()).toBe('verifying')
  })

  test('is given up after ten of them, and the card is looked at', async () => {
    const run = await encodeStates.writing()
    for (let swipe = 1; swipe <= 10; swipe += 1) {
      expect(run.state(), `swipe ${swipe}`).toBe('writing')
      run.actors.writeCard.call().input.report({ type: 'write.started' })
      await run.actors.writeCard.call().reject('card_swipe_failed')
    }
    expect(run.state()).toBe('recovering')
    expect(run.actors.writeCard.calls).toHaveLength(10)
  })

  test('is not tried again once the session was cancelled', async () => {
    const run = await encodeStates.writing()
    run.send({ type: 'session.cancel' })
    await run.actors.writeCard.call().reject('card_swipe_failed')
    expect(run.state()).toBe('recovering')
    expect(run.actors.writeCard.calls).toHaveLength(1)
  })
})

describe('a card without an identifier', () => {
  test('is told as encoded without one', async () => {
    const run = await encodeStates.waitingForCard()
    await run.actors.waitForCard.call().resolve(stripe)
    await run.actors.checkCard.call().resolve({ kind: 'alreadyRight' })
    expect(run.endings).toEqual([
      { kind: 'encoded', uid: null, technology: 'magstripe', proof: 'alreadyRight', keys: null },
    ])
  })

  test('is not taken for the one that was taken away in mid-write', async () => {
    const run = await encodeStates.waitingForCard()
    await run.actors.waitForCard.call().resolve(stripe)
    const intent = { ...writeTask.intent, uid: noUid, technology: stripe.technology }
    await run.actors.checkCard.call().resolve({ kind: 'free', task: { ...writeTask, card: stripe, intent } })
    run.actors.writeCard.call().input.report({ type: 'write.started' })
    await run.actors.writeCard.call().reject('card_removed')
    expect(run.state()).toBe('waitingForReturn')
    await run.actors.waitForReturn.call().resolve(stripe)
    expect(run.outcome()).toBe('spoiled card_swapped -')
  })
})

describe('the prompt of an encoder that cards are swiped through', () => {
  const prompt = (facts: Partial<PromptFacts>): string =>
    promptOf({
      state: 'writing',
      encoder: 'Front Desk',
      isEncoderReady: true,
      notice: null,
      question: null,
      uid: null,
      isSwiped: true,
      isScanner: false,
      isReadingBack: false,
      key: null,
      ending: null,
      ...facts,
    })

  test('tells which swipe it is', () => {
    expect(prompt({ state: 'waitingForCard' })).toContain('so that it can be looked at')
    expect(prompt({})).toContain('now it is written')
    expect(prompt({ isReadingBack: true })).toContain('so that it can be checked')
    expect(prompt({ state: 'recovering' })).toMatch(/^A write was cut short\. Swipe/)
    expect(prompt({ notice: 'card_swipe_failed' })).toContain('The swipe went wrong')
  })

  test('never tells to leave a card where it is', () => {
    const states = ['checkingCard', 'reading', 'writing', 'verifying', 'recovering'] as const
    for (const state of states) expect(prompt({ state }), state).not.toMatch(/where it is|Place|Put/)
  })

  test('is that of any other encoder where no card moves', () => {
    for (const state of ['queued', 'awaitingConfirmation', 'comparing'] as const) {
      expect(prompt({ state })).toBe(prompt({ state, isSwiped: false }))
    }
  })

  test('names no card that has no name', () => {
    const isSwiped = false
    for (const facts of [
      { state: 'recovering', isSwiped },
      { state: 'recovering', isSwiped, isEncoderReady: false },
      { state: 'recovering', isSwiped, notice: 'card_swapped' },
    ] as const) {
      expect(prompt(facts)).not.toContain('  ')
      expect(prompt({ ...facts, uid: '01020304' })).toMatch(/the card 01020304 /)
    }
  })
})
