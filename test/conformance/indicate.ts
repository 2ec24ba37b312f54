import { expect, test } from 'vitest'
import type { Indication } from 'encoder-bridge/driver'
import { mainTechnology, referenceCard } from './reference-cards.ts'
import { crossed } from './line.ts'
import { endingOf, leftovers } from './rig.ts'
import { cardRigOf, idle, rigOf, type Subject } from './subject.ts'

const indications: readonly Indication[] = ['identify', 'success', 'failure']
/** "About a second". */
const LIMIT_MS = 3000

/** Rules about what a device can show people. */
export const describeIndicators = (subject: Subject): void => {
  const { manifest } = subject.driver
  const hasIndicators = manifest.indicators.length > 0

  test('it can be asked to show something exactly when the manifest names indicators', async () => {
    const rig = await rigOf(subject)
    const device = await rig.openDevice()
    expect(device.indicate !== undefined).toBe(hasIndicators)
  })

  if (!hasIndicators) return

  test.each(indications)('%s is shown for about a second, and touches no card', async (what) => {
    const isCard = manifest.kind === 'card'
    const { rig, before } = isCard
      ? await cardRigOf(subject)
      : { rig: await rigOf(subject), before: new Uint8Array(0) }
    const device = await rig.openDevice()
    const [sent, startMs] = [crossed(rig), rig.clock.now()]
    expect(await endingOf(rig.clock.drive(device.indicate?.(what, idle) ?? Promise.resolve()))).toBe('done')
    expect(rig.clock.now() - startMs).toBeLessThanOrEqual(LIMIT_MS)
    if (subject.transport !== 'none') expect(crossed(rig)).toBeGreaterThan(sent)
    if (isCard) {
      const [uid] = referenceCard(mainTechnology(manifest)).uids
      expect(rig.emulator.dumpCard(uid)).toEqual(before)
      expect(rig.emulator.countWrites(uid).every((count) => count === 0)).toBe(true)
    }
  })

  test('an abort ends it in time, and leaves nothing running', async () => {
    const rig = await rigOf(subject)
    const device = await rig.openDevice()
    const abort = new AbortController()
    const showing = endingOf(device.indicate?.('identify', { signal: abort.signal }) ?? Promise.resolve())
    await rig.clock.advance(10)
    abort.abort()
    const abortedAtMs = rig.clock.now()
    expect(['aborted', 'done']).toContain(await rig.clock.drive(showing))
    expect(rig.clock.now() - abortedAtMs).toBeLessThanOrEqual(manifest.abortWithinMs)
    expect(await endingOf(rig.clock.drive(device.probe(idle)))).toBe('done')
    await rig.clock.drive(device.close())
    rig.emulator.close()
    expect(leftovers(rig)).toEqual([0, 0, 0])
  })
}
