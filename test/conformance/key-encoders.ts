import { expect } from 'vitest'
import { expectNextOrder, expectTruth, LATER_MS, openKeyDesk, type Rule } from './key-desk.ts'
import { harmlessRefusals } from './reference-keys.ts'
import type { Subject } from './subject.ts'

/** After this a command that may go out has gone out. */
const SOON_MS = 1000

/** Rules about several encoders of one link. */
export const encoderRules = (subject: Subject): readonly Rule[] => {
  const { keys, abortWithinMs } = subject.driver.manifest
  if (keys === null) return []
  const [refusal] = harmlessRefusals(keys)

  const rules: Rule[] = [
    {
      title:
        'orders for two encoders at once are both carried out, each on its own card and for its own room',
      run: async () => {
        const desk = await openKeyDesk(subject)
        for (const sequence of [
          [0, 1],
          [1, 0],
        ] as const) {
          const uids = [desk.lay(0), desk.lay(1)]
          const outcomes = await desk.drive(Promise.all(sequence.map((encoder) => desk.makeKey(encoder))))
          expect(outcomes.map(({ ending, sendings }) => [ending, sendings])).toEqual([
            ['done', 1],
            ['done', 1],
          ])
          expect(uids.map((uid) => desk.made(uid))).toEqual([1, 1])
          if (keys.rooms > 0) {
            expect(uids.map((uid) => desk.keyOn(uid)?.rooms)).toEqual(desk.rooms.map((room) => [room]))
          }
        }
        await desk.leave()
      },
    },
    {
      title:
        'a second order for an encoder that makes a key rejects device_busy, and does not disturb the first',
      run: async () => {
        const desk = await openKeyDesk(subject)
        desk.rig.emulator.inject({ fault: 'deaf' })
        const first = desk.makeKey(0)
        await desk.rig.clock.advance(SOON_MS)
        const second = await desk.order(0)
        expect([second.ending, second.sendings]).toEqual(['device_busy', 0])
        expect(second.settledAtMs).toBeLessThanOrEqual(SOON_MS + abortWithinMs)
        expect((await desk.drive(first)).ending).toBe('outcome_unknown')
        expect(desk.made()).toBe(0)
        await desk.rig.clock.advance(SOON_MS)
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
    {
      title: keys.isParallel
        ? 'it is parallel: an order is carried out while another encoder has not answered yet'
        : 'it is not parallel: an order goes out when the other encoder has answered or is given up, and not before',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const [mute, other] = [desk.lay(0), desk.lay(1)]
        let sentAtMs = Number.POSITIVE_INFINITY
        const onSending = (): void => {
          sentAtMs = desk.rig.clock.now()
        }
        desk.rig.emulator.inject({ fault: 'deaf' })
        const giving = desk.makeKey(0)
        await desk.rig.clock.advance(SOON_MS)
        const second = await desk.drive(desk.makeKey(1, {}, { onSending }))
        const first = await desk.drive(giving)
        expect(first.ending).toBe('outcome_unknown')
        await desk.rig.clock.advance(SOON_MS)
        expect(desk.made(mute)).toBe(0)
        expectTruth(second, subject, desk.made(other), 'the second')
        if (keys.isParallel) {
          expect(second.ending).toBe('done')
          expect(second.settledAtMs).toBeLessThan(first.settledAtMs)
        } else {
          expect(sentAtMs).toBeGreaterThanOrEqual(first.settledAtMs)
        }
        await expectNextOrder(desk, 1)
        await desk.leave()
      },
    },
  ]
  if (!keys.isParallel) {
    rules.push({
      title: 'an order that waits for the other encoder’s answer is given up in time, and was never sent',
      run: async () => {
        const desk = await openKeyDesk(subject)
        desk.rig.emulator.inject({ fault: 'deaf' })
        const giving = desk.makeKey(0)
        await desk.rig.clock.advance(SOON_MS)
        const abort = new AbortController()
        const waiting = desk.makeKey(1, {}, { signal: abort.signal })
        await desk.rig.clock.advance(SOON_MS)
        const abortedAtMs = desk.rig.clock.now()
        abort.abort()
        const { ending, sendings, settledAtMs } = await desk.drive(waiting)
        expect([ending, sendings]).toEqual(['aborted', 0])
        expect(settledAtMs - abortedAtMs).toBeLessThanOrEqual(abortWithinMs)
        await desk.drive(giving)
        await desk.rig.clock.advance(LATER_MS)
        expect(desk.made()).toBe(0)
        await expectNextOrder(desk, 1)
        await desk.leave()
      },
    })
  }
  if (refusal !== undefined) {
    rules.push({
      title: 'an encoder’s refusal is told to its own order, and the other’s order is carried out',
      run: async () => {
        for (const [loser, winner] of [
          [0, 1],
          [1, 0],
        ] as const) {
          const desk = await openKeyDesk(subject)
          const uid = desk.lay(winner)
          desk.rig.emulator.inject({ fault: refusal })
          const outcomes = await desk.drive(Promise.all([desk.makeKey(loser), desk.makeKey(winner)]))
          expect(outcomes.map(({ ending }) => ending)).toEqual([refusal, 'done'])
          await desk.rig.clock.advance(LATER_MS)
          expect([desk.made(uid), desk.made()]).toEqual([1, 1])
          await desk.leave()
        }
      },
    })
  }
  return rules
}
