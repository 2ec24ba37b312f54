import { expect, test } from 'vitest'
import { type Card, CardUid, type Driver } from 'encoder-bridge/driver'
import { type Tamper, tamperWith } from './line-faults.ts'
import { cardOf, cardTypes, encodeReference, inspectCard } from './reference-encode.ts'
import { createRig, endingOf, type Rig } from './rig.ts'

const uid = CardUid.parse('922E5832')

/** A rig whose line fires the signal when the n-th piece of a direction passes: before or after it is delivered. */
const createAbortRig = async (
  driver: Driver,
  direction: 'toDevice' | 'toHost',
  count: () => void,
): Promise<{ rig: Rig; card: Card }> => {
  const [technology = 'unknown'] = driver.manifest.technologies
  const tamper: Tamper = (bytes) => {
    count()
    return [bytes]
  }
  const rig = await createRig(driver, {
    card: { type: cardTypes.get(technology) ?? '', uid },
    wrap: (line) => tamperWith(line, { [direction]: tamper }),
  })
  return { rig, card: cardOf(uid, technology) }
}

/** Rules about aborts: bounded, clean, and true to the abort promise. */
export const describeAborts = (load: () => Promise<Driver>): void => {
  test.each(['toDevice', 'toHost'] as const)(
    'an abort at any message %s settles in time, leaves no block torn and the device usable',
    async (direction) => {
      const driver = await load()
      let wasReached = true
      for (let message = 1; wasReached; message++) {
        wasReached = false
        let left = Number.POSITIVE_INFINITY
        const abort = new AbortController()
        const { rig, card } = await createAbortRig(driver, direction, () => {
          if (--left === 0) {
            wasReached = true
            abortedAtMs = rig.clock.now()
            abort.abort()
          }
        })
        let abortedAtMs = 0
        const device = await rig.open()
        left = message
        const where = `message ${message} ${direction}`
        const ending = await endingOf(rig.clock.drive(encodeReference(device, { signal: abort.signal })))
        expect(ending, where).toBe(wasReached && ending !== 'done' ? 'aborted' : 'done')
        if (wasReached) {
          expect(rig.clock.now() - abortedAtMs, where).toBeLessThanOrEqual(driver.manifest.abortWithinMs)
        }
        const blocks = inspectCard(rig.emulator, card)
        expect(
          blocks.map(({ state }) => state),
          where,
        ).not.toContain('torn')
        expect(Math.max(...blocks.map(({ writes }) => writes)), where).toBeLessThanOrEqual(1)
        const again = encodeReference(device, { signal: new AbortController().signal })
        expect(await endingOf(rig.clock.drive(again)), where).toBe('done')
        await rig.clock.drive(device.close())
        rig.emulator.close()
        expect([rig.memory.listenerCount, rig.clock.pendingTimers], where).toEqual([0, 0])
      }
    },
    120_000,
  )
}
