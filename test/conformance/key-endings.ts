import { expect } from 'vitest'
import type { ErrorCode } from 'encoder-bridge/driver'
import { expectNextOrder, expectTruth, type KeyDesk, LATER_MS, openKeyDesk, type Rule } from './key-desk.ts'
import { harmlessRefusals, spoiledCodes } from './reference-keys.ts'
import type { Subject } from './subject.ts'

/** What may become of an answer, by the emulator's faults; and of the order, as the contract says. */
const lostAnswers = (subject: Subject): readonly string[] => [
  'silent',
  'garbled',
  'late',
  ...(subject.transport === 'serial' ? [] : ['cut']),
]

/** Orders once with a fault, and proves what became of it when nothing is under way any more. */
const orderWith = async (desk: KeyDesk, fault: string, subject: Subject): Promise<string> => {
  const uid = desk.lay(0)
  desk.rig.emulator.inject({ fault })
  const outcome = await desk.order(0)
  await desk.rig.clock.advance(1000)
  expectTruth(outcome, subject, desk.made(uid), fault)
  return outcome.ending
}

const refusalRule = (subject: Subject, code: ErrorCode): Rule => ({
  title: `${code}: told as that, no key is made, and the next order is carried out`,
  run: async () => {
    for (const encoder of [0, 1] as const) {
      const desk = await openKeyDesk(subject)
      const uid = desk.lay(0)
      expect(await orderWith(desk, code, subject)).toBe(code)
      expect(desk.losses).toEqual([])
      if (!spoiledCodes.includes(code)) {
        expect(desk.made()).toBe(0)
        expect(desk.keyOn(uid)).toBeNull()
      }
      await expectNextOrder(desk, encoder)
      await desk.leave()
    }
  },
})

const lostAnswerRule = (subject: Subject, fault: string): Rule => ({
  title: `${fault}: nobody knows what became of the order, one key was made and never a second one`,
  run: async () => {
    for (const encoder of [0, 1] as const) {
      const desk = await openKeyDesk(subject)
      expect(await orderWith(desk, fault, subject)).toBe('outcome_unknown')
      await expectNextOrder(desk, encoder)
      await desk.rig.clock.advance(LATER_MS)
      expect(desk.made()).toBe(2)
      await desk.leave()
    }
  },
})

/** What the order after one whose answer comes late is told: its own answer, or none. */
const lateRules = (subject: Subject, refusals: readonly ErrorCode[]): readonly Rule[] =>
  ([0, 1] as const).map((encoder) => ({
    title: `an answer that comes late is no answer to the next order ${encoder === 0 ? 'of that encoder' : 'of another encoder'}`,
    run: async () => {
      for (const fault of ['deaf', ...refusals.slice(0, 1)]) {
        const desk = await openKeyDesk(subject)
        expect(await orderWith(desk, 'late', subject)).toBe('outcome_unknown')
        await desk.recover()
        const uid = desk.lay(encoder)
        desk.rig.emulator.inject({ fault })
        const outcome = await desk.order(encoder)
        await desk.rig.clock.advance(LATER_MS)
        expect(outcome.ending, fault).toBe(fault === 'deaf' ? 'outcome_unknown' : fault)
        expect(desk.made(uid), fault).toBe(0)
        await expectNextOrder(desk, encoder)
        await desk.leave()
      }
    },
  }))

/** Rules about how an order ends that is not carried out, or whose answer is lost. */
export const endingRules = (subject: Subject): readonly Rule[] => {
  const { keys } = subject.driver.manifest
  if (keys === null) return []
  return [
    ...keys.refusals.map((code) => refusalRule(subject, code)),
    ...lostAnswers(subject).map((fault) => lostAnswerRule(subject, fault)),
    {
      title: 'deaf: nobody knows what became of the order, though nothing was made, then or later',
      run: async () => {
        const desk = await openKeyDesk(subject)
        expect(await orderWith(desk, 'deaf', subject)).toBe('outcome_unknown')
        await desk.rig.clock.advance(LATER_MS)
        expect(desk.made()).toBe(0)
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
    ...lateRules(subject, harmlessRefusals(keys)),
    {
      title:
        'five lost answers in a row are five unknown orders of one key each, and the sixth is carried out',
      run: async () => {
        const desk = await openKeyDesk(subject)
        for (const fault of ['silent', 'garbled', 'late', 'silent', 'late']) {
          expect(await orderWith(desk, fault, subject), fault).toBe('outcome_unknown')
          await desk.recover()
        }
        await expectNextOrder(desk)
        expect(desk.made()).toBe(6)
        await desk.leave()
      },
    },
  ]
}
