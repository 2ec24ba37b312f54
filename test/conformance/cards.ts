import { expect, test } from 'vitest'
import { cardTechnologies, CardUid, type Driver, type IoOptions } from 'encoder-bridge/driver'
import { transportKey } from '../../src/cards/mifare-classic.ts'
import { cardOf, cardTypes, encodeReference, inspectCard, layoutFor } from './reference-encode.ts'
import { createRig, endingOf } from './rig.ts'

const idle: IoOptions = { signal: new AbortController().signal }
const uids = ['922E5832', '04112233445580'].map((uid) => CardUid.parse(uid))
const DEADLINE_MS = 30_000

/** Rules about cards: what the manifest names is encoded, what it does not name is refused. */
export const describeCards = (load: () => Promise<Driver>): void => {
  test('every technology of its manifest is encoded, read back and left equal to the order', async () => {
    const driver = await load()
    const playable = driver.manifest.technologies.filter((technology) => layoutFor(technology) !== undefined)
    expect(playable.length).toBeGreaterThan(0)
    for (const technology of playable) {
      for (const uid of uids) {
        const rig = await createRig(driver, { card: { type: cardTypes.get(technology) ?? '', uid } })
        const device = await rig.open()
        const card = await rig.clock.drive(encodeReference(device, idle))
        expect([card.uid, card.technology]).toEqual([uid, technology])
        expect(
          inspectCard(rig.emulator, card).every(({ state, writes }) => state === 'planned' && writes === 1),
        ).toBe(true)
        await rig.clock.drive(device.close())
      }
    }
  })

  test('a technology that its manifest does not name is refused with not_supported', async () => {
    const driver = await load()
    for (const technology of cardTechnologies) {
      const type = cardTypes.get(technology)
      const [, uid = ''] = uids
      if (driver.manifest.technologies.includes(technology) || type === undefined) continue
      const rig = await createRig(driver, { card: { type, uid } })
      const device = await rig.open()
      const card = await rig.clock.drive(device.waitForCard(idle))
      expect(card.technology).toBe(technology)
      const at = { kind: 'block', block: 4, key: transportKey } as const
      expect(await endingOf(rig.clock.drive(device.read(card, at, idle)))).toBe('not_supported')
      expect(await endingOf(rig.clock.drive(device.write(card, at, new Uint8Array(16), idle)))).toBe(
        'not_supported',
      )
      expect(rig.emulator.countWrites(uid).every((count) => count === 0)).toBe(true)
    }
  })

  test('without a card it waits for as long as the session lets it, and no longer', async () => {
    const driver = await load()
    const { clock, open } = await createRig(driver)
    const device = await open()
    const deadline = new AbortController()
    const start = clock.now()
    clock.setTimeout(() => deadline.abort(), DEADLINE_MS)
    expect(await endingOf(clock.drive(device.waitForCard({ signal: deadline.signal })))).toBe('aborted')
    expect(clock.now() - start).toBeGreaterThanOrEqual(DEADLINE_MS)
    expect(clock.now() - start).toBeLessThanOrEqual(DEADLINE_MS + driver.manifest.abortWithinMs)
  })

  test('two cards are refused, and one of them is taken when the other is gone', async () => {
    const rig = await createRig(await load(), { card: { type: 'classic1k', uid: '922E5832' } })
    rig.emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
    const device = await rig.open()
    expect(await endingOf(rig.clock.drive(device.waitForCard(idle)))).toBe('card_several')
    rig.emulator.removeCard('922E5832')
    expect((await rig.clock.drive(device.waitForCard(idle))).uid).toBe('E23FB81E')
  })

  test('a card that was taken away or swapped is told apart from one that is there', async () => {
    const rig = await createRig(await load(), { card: { type: 'classic1k', uid: '922E5832' } })
    const device = await rig.open()
    const card = await rig.clock.drive(device.waitForCard(idle))
    const at = { kind: 'block', block: 4, key: transportKey } as const
    const read = (): Promise<string> => endingOf(rig.clock.drive(device.read(card, at, idle)))
    rig.emulator.removeCard()
    expect(await read()).toBe('card_removed')
    rig.emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
    expect(await endingOf(rig.clock.drive(device.write(card, at, new Uint8Array(16), idle)))).toBe(
      'card_swapped',
    )
    rig.emulator.removeCard()
    rig.emulator.placeCard({ type: 'classic1k', uid: '922E5832' })
    expect(await read()).toBe('done')
    expect(rig.emulator.countWrites('E23FB81E').every((count) => count === 0)).toBe(true)
  })

  test('a place that the card does not have is refused with card_incompatible', async () => {
    const driver = await load()
    const [technology = 'unknown'] = driver.manifest.technologies
    const rig = await createRig(driver, { card: { type: cardTypes.get(technology) ?? '', uid: '922E5832' } })
    const device = await rig.open()
    const card = cardOf(CardUid.parse('922E5832'), technology)
    const at = { kind: 'block', block: 256, key: transportKey } as const
    expect(await endingOf(rig.clock.drive(device.read(card, at, idle)))).toBe('card_incompatible')
  })
}
