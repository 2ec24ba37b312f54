import { expect, test } from 'vitest'
import type { Transport } from 'encoder-bridge/driver'
import type { Tamper } from './line-faults.ts'
import { tamperWithAny } from './message-faults.ts'
import { encodeReference, inspectCard } from './reference-encode.ts'
import { endingOf, leftovers } from './rig.ts'
import { cardRigOf, idle, type Subject } from './subject.ts'

/** Rules about aborts of an encode: bounded, clean, and true to the abort promise. */
export const describeAborts = (subject: Subject): void => {
  const { abort: promise, abortWithinMs } = subject.driver.manifest

  test.each(['toDevice', 'toHost'] as const)(
    'an abort at any message %s settles in time, keeps its promise about the card and leaves the device usable',
    async (direction) => {
      let wasReached = true
      for (let message = 1; wasReached; message++) {
        const where = `message ${message} ${direction}`
        const abort = new AbortController()
        let left = Number.POSITIVE_INFINITY
        let abortedAtMs = 0
        wasReached = false
        const tamper: Tamper = (bytes) => {
          if (--left === 0) {
            wasReached = true
            abortedAtMs = rig.clock.now()
            abort.abort()
          }
          return [bytes]
        }
        const wrap = (transport: Transport): Transport => tamperWithAny(transport, { [direction]: tamper })
        const { rig, card, before } = await cardRigOf(subject, { wrap })
        const device = await rig.open()
        left = message
        const ending = await endingOf(rig.clock.drive(encodeReference(device, { signal: abort.signal })))
        expect(ending, where).toBe(wasReached && ending !== 'done' ? 'aborted' : 'done')
        if (wasReached) expect(rig.clock.now() - abortedAtMs, where).toBeLessThanOrEqual(abortWithinMs)
        const places = inspectCard(rig.emulator, card, before)
        if (promise !== 'anytime')
          expect(
            places.map(({ state }) => state),
            where,
          ).not.toContain('torn')
        expect(Math.max(...places.map(({ writes }) => writes)), where).toBeLessThanOrEqual(1)
        expect(await endingOf(rig.clock.drive(encodeReference(device, idle))), where).toBe('done')
        await rig.clock.drive(device.close())
        rig.emulator.close()
        expect(leftovers(rig), where).toEqual([0, 0, 0])
      }
    },
    120_000,
  )
}
