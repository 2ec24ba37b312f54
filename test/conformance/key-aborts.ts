import { expect } from 'vitest'
import type { Transport } from 'encoder-bridge/driver'
import { createKeyDesk, expectNextOrder, expectTruth, LATER_MS, openKeyDesk, type Rule } from './key-desk.ts'
import type { Tamper } from './line-faults.ts'
import { tamperWithAny } from './message-faults.ts'
import { leftovers } from './rig.ts'
import { idle, type Subject } from './subject.ts'

/** How long a command is out when it is given up. */
const momentsMs = [0, 100, 1500, 5000]

/** Rules about orders that are given up, and a link that is closed in the middle of one. */
export const abortRules = (subject: Subject): readonly Rule[] => {
  const { abort: promise, abortWithinMs } = subject.driver.manifest
  /** Where a command that was sent can be given up, the driver may know what became of it. */
  const afterSending = ['outcome_unknown', ...(promise === 'anytime' ? ['aborted', 'done'] : [])]

  const atAnyMessage = (direction: 'toDevice' | 'toHost'): Rule => ({
    title: `an abort at any message ${direction} settles in time and with the truth: nothing was sent, or nobody knows`,
    run: async () => {
      let wasReached = true
      for (let message = 1; wasReached; message++) {
        const where = `message ${message} ${direction}`
        const abort = new AbortController()
        let left = Number.POSITIVE_INFINITY
        let abortedAtMs = 0
        let sentBefore = false
        let isSent = false
        wasReached = false
        const tamper: Tamper = (bytes) => {
          if (--left === 0) {
            wasReached = true
            sentBefore = isSent
            abortedAtMs = desk.rig.clock.now()
            abort.abort()
          }
          return [bytes]
        }
        const wrap = (transport: Transport): Transport => tamperWithAny(transport, { [direction]: tamper })
        const desk = await createKeyDesk(subject, { wrap })
        expect(await desk.open()).toBe('done')
        left = message
        const onSending = (): void => {
          isSent = true
        }
        const outcome = await desk.order(0, {}, { signal: abort.signal, onSending })
        await desk.rig.clock.advance(LATER_MS)
        expectTruth(outcome, subject, desk.made(), where)
        if (!wasReached) expect(outcome.ending, where).toBe('done')
        else if (sentBefore) expect(['done', ...afterSending], where).toContain(outcome.ending)
        else expect([outcome.ending, outcome.sendings], where).toEqual(['aborted', 0])
        if (wasReached) expect(outcome.settledAtMs - abortedAtMs, where).toBeLessThanOrEqual(abortWithinMs)
        await expectNextOrder(desk, 0, where)
        await desk.leave(where)
      }
    },
  })

  return [
    atAnyMessage('toDevice'),
    atAnyMessage('toHost'),
    {
      title:
        'an abort within beforeSending, or behind it, is no excuse: what was made is told, or called unknown',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const abort = new AbortController()
        const onSending = (): void => abort.abort()
        const outcome = await desk.order(0, {}, { signal: abort.signal, onSending })
        await desk.rig.clock.advance(LATER_MS)
        // Nothing is lost by looking once more at the signal before the first byte.
        if (outcome.ending === 'aborted') expect(desk.made()).toBe(0)
        else expectTruth(outcome, subject, desk.made())
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
    {
      title:
        'an order that was sent and has no answer is given up in time, as unknown, and the next one has its own answer',
      run: async () => {
        for (const fault of ['deaf', 'silent', 'late']) {
          for (const momentMs of momentsMs) {
            const where = `${fault}, after ${momentMs} ms`
            const desk = await openKeyDesk(subject)
            const abort = new AbortController()
            desk.rig.emulator.inject({ fault })
            const giving = desk.makeKey(0, {}, { signal: abort.signal })
            await desk.rig.clock.advance(momentMs)
            abort.abort()
            const abortedAtMs = desk.rig.clock.now()
            const outcome = await desk.drive(giving)
            await desk.rig.clock.advance(1000)
            expectTruth(outcome, subject, desk.made(), where)
            expect(outcome.settledAtMs - abortedAtMs, where).toBeLessThanOrEqual(abortWithinMs)
            if (outcome.sendings > 0) expect(afterSending, where).toContain(outcome.ending)
            await desk.recover()
            desk.rig.emulator.inject({ fault: 'deaf' })
            const uid = desk.lay(0)
            const second = await desk.order(0)
            expect([second.ending, desk.made(uid)], where).toEqual(['outcome_unknown', 0])
            await expectNextOrder(desk, 0, where)
            await desk.leave(where)
          }
        }
      },
    },
    {
      title: 'closing in the middle of an order ends it with the truth, and leaves nothing behind',
      run: async () => {
        for (const fault of ['deaf', 'silent']) {
          const desk = await openKeyDesk(subject)
          desk.rig.emulator.inject({ fault })
          const giving = desk.makeKey(0)
          await desk.rig.clock.advance(1000)
          await desk.drive(desk.system.close())
          const outcome = await desk.drive(giving)
          expect([outcome.ending, outcome.sendings], fault).toEqual(['outcome_unknown', 1])
          expectTruth(outcome, subject, desk.made(), fault)
          desk.rig.emulator.close()
          expect([leftovers(desk.rig), desk.rig.isClosed], fault).toEqual([[0, 0, 0], true])
        }
      },
    },
    {
      title: 'an idle link is asked for a sign of life while no order runs, and orders go on after it',
      run: async () => {
        const desk = await openKeyDesk(subject)
        for (let minute = 0; minute < 5; minute++) {
          await desk.drive(desk.system.probe(idle))
          await desk.rig.clock.advance(60_000)
        }
        expect(desk.losses).toEqual([])
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
  ]
}
