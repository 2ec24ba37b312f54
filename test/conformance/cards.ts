import { expect, test } from 'vitest'
import {
  type CardAddress,
  type CardDevice,
  type CardTechnology,
  cardTechnologies,
  type EmulatedCardOptions,
  isBridgeError,
} from 'encoder-bridge/driver'
import {
  dataFor,
  encodedTechnologies,
  foreignPlaces,
  mainTechnology,
  referenceCard,
} from './reference-cards.ts'
import { cardOf, encodeReference, inspectCard } from './reference-encode.ts'
import { type AnyRig, endingOf } from './rig.ts'
import { cardRigOf, emulatedCard, idle, rigOf, type Subject, when } from './subject.ts'

const DEADLINE_MS = 30_000

const writesOn = ({ emulator }: AnyRig, uid: string): number =>
  emulator.countWrites(uid).reduce((sum, count) => sum + count, 0)

/** False when the emulated device has no room for such a card, so that no driver can ever meet one there. */
const isPlaced = ({ emulator }: AnyRig, card: EmulatedCardOptions): boolean => {
  try {
    emulator.placeCard(card)
    return true
  } catch (error) {
    if (isBridgeError(error, 'request_invalid')) return false
    throw error
  }
}

/** Waits for a card for at most `DEADLINE_MS` of the rig's time: its technology, or how the waiting ended. */
const wait = async (rig: AnyRig, device: CardDevice): Promise<string> => {
  const deadline = new AbortController()
  const timer = rig.clock.setTimeout(() => deadline.abort(), DEADLINE_MS)
  let technology = ''
  const waiting = device.waitForCard({ signal: deadline.signal }).then((card) => {
    technology = card.technology
  })
  const ending = await endingOf(rig.clock.drive(waiting))
  rig.clock.clearTimeout(timer)
  return ending === 'done' ? technology : ending
}

/** How reading and writing a place end. */
const tryPlace = async (
  { clock }: AnyRig,
  device: CardDevice,
  card: { readonly uid: string; readonly technology: CardTechnology },
  at: CardAddress,
): Promise<readonly string[]> => {
  const claimed = cardOf(referenceCard(card.technology).uids[0], card.technology)
  return [
    await endingOf(clock.drive(device.read(claimed, at, idle))),
    await endingOf(clock.drive(device.write(claimed, at, dataFor(at), idle))),
  ]
}

/** Rules about cards: what the manifest names is encoded, what it does not name is refused. */
export const describeCards = (subject: Subject): void => {
  const { manifest } = subject.driver
  const main = mainTechnology(manifest)

  test('an encoder encodes at least one technology, and every card device recognises one', () => {
    expect(manifest.technologies.length).toBeGreaterThan(0)
    if (manifest.roles.includes('encoder')) expect(encodedTechnologies(manifest)).not.toEqual([])
  })

  test.each(manifest.technologies)(
    '%s: found for what it is, whatever its identifier',
    async (technology) => {
      for (const index of [0, 1] as const) {
        const rig = await rigOf(subject, { card: emulatedCard(technology, index) })
        const device = await rig.open()
        const found = await rig.clock.drive(device.waitForCard(idle))
        expect(found).toEqual(cardOf(referenceCard(technology).uids[index], technology))
        await rig.clock.drive(device.close())
      }
    },
  )

  test.each(encodedTechnologies(manifest))(
    '%s: encoded, read back, each place written once, and left equal to the order',
    async (technology) => {
      for (const index of referenceCard(technology).hasUid ? ([0, 1] as const) : ([0] as const)) {
        const rig = await rigOf(subject, { card: emulatedCard(technology, index) })
        const device = await rig.open()
        const card = await rig.clock.drive(encodeReference(device, idle))
        const places = inspectCard(rig.emulator, card)
        expect(places).toEqual(places.map(() => ({ state: 'planned', writes: 1 })))
        await rig.clock.drive(device.close())
      }
    },
  )

  test.each(manifest.technologies)(
    '%s: places that such a card has not are refused, unwritten',
    async (technology) => {
      const { outside } = referenceCard(technology)
      const placed = emulatedCard(technology)
      const rig = await rigOf(subject, { card: placed })
      const device = await rig.open()
      const card = await rig.clock.drive(device.waitForCard(idle))
      for (const at of foreignPlaces(technology)) {
        const allowed = new Set(['not_supported', 'card_incompatible'])
        const endings = await tryPlace(rig, device, card, at)
        expect(
          endings.every((ending) => allowed.has(ending)),
          `${at.kind}: ${endings.join(', ')}`,
        ).toBe(true)
      }
      if (outside !== undefined) {
        expect(await tryPlace(rig, device, card, outside)).toEqual(['card_incompatible', 'card_incompatible'])
      }
      expect(writesOn(rig, placed.uid)).toBe(0)
    },
  )

  test.each(cardTechnologies.filter((technology) => !manifest.technologies.includes(technology)))(
    '%s: not in its manifest, so never taken for what is, and every place refused with not_supported',
    async (technology) => {
      const placed = emulatedCard(technology)
      const rig = await rigOf(subject)
      const isThere = isPlaced(rig, placed)
      const device = await rig.open()
      const found = isThere ? await wait(rig, device) : technology
      expect(manifest.technologies).not.toContain(found)
      for (const { at } of [...referenceCard(technology).writes.slice(0, 1)]) {
        expect(await tryPlace(rig, device, { uid: placed.uid, technology }, at)).toEqual([
          'not_supported',
          'not_supported',
        ])
      }
      for (const at of foreignPlaces(technology)) {
        expect(await tryPlace(rig, device, { uid: placed.uid, technology }, at), at.kind).toEqual([
          'not_supported',
          'not_supported',
        ])
      }
      if (isThere) expect(writesOn(rig, placed.uid)).toBe(0)
    },
  )

  test('without a card it waits for as long as the session lets it, and no longer', async () => {
    const rig = await rigOf(subject)
    const device = await rig.open()
    const start = rig.clock.now()
    expect(await wait(rig, device)).toBe('aborted')
    expect(rig.clock.now() - start).toBeGreaterThanOrEqual(DEADLINE_MS)
    expect(rig.clock.now() - start).toBeLessThanOrEqual(DEADLINE_MS + manifest.abortWithinMs)
  })

  test('a card that comes while it waits is found', async () => {
    const rig = await rigOf(subject)
    const device = await rig.open()
    const waiting = device.waitForCard(idle)
    await rig.clock.advance(5000)
    rig.emulator.placeCard(emulatedCard(main))
    expect(await rig.clock.drive(waiting)).toEqual(cardOf(referenceCard(main).uids[0], main))
  })

  if (manifest.presentation === 'swipe') describeSwipes(subject, main)
  else if (referenceCard(main).hasUid) describeField(subject, main)
}

/** Rules about cards that lie in a field and can be told apart. */
const describeField = (subject: Subject, technology: CardTechnology): void => {
  const [first, second] = [emulatedCard(technology, 0), emulatedCard(technology, 1)]
  const { uids, writes } = referenceCard(technology)

  const createPair = async (): Promise<AnyRig> => {
    const rig = await rigOf(subject, { card: first })
    rig.emulator.placeCard(second)
    return rig
  }

  const { tellsSeveral } = subject.driver.manifest

  when(tellsSeveral, () => {
    test('two cards are refused, and one of them is taken when the other is gone', async () => {
      const rig = await createPair()
      const device = await rig.open()
      expect(await endingOf(rig.clock.drive(device.waitForCard(idle)))).toBe('card_several')
      rig.emulator.removeCard(first.uid)
      expect((await rig.clock.drive(device.waitForCard(idle))).uid).toBe(uids[1])
      expect(await endingOf(rig.clock.drive(encodeReference(device, idle)))).toBe('done')
      expect([writesOn(rig, first.uid), writesOn(rig, second.uid)]).toEqual([0, writes.length])
    })
  })

  when(!tellsSeveral, () => {
    test('of two cards one is encoded, and the other is not touched', async () => {
      const rig = await createPair()
      const device = await rig.open()
      const card = await rig.clock.drive(encodeReference(device, idle))
      expect(inspectCard(rig.emulator, card).every(({ state }) => state === 'planned')).toBe(true)
      expect(uids.map((uid) => writesOn(rig, uid)).toSorted((one, other) => one - other)).toEqual([
        0,
        writes.length,
      ])
    })
  })

  test('a card that was taken away or swapped is told apart from one that is there', async () => {
    const rig = await rigOf(subject, { card: first })
    const device = await rig.open()
    const card = await rig.clock.drive(device.waitForCard(idle))
    const [write] = writes
    if (write === undefined) throw new Error('The kit has nothing to write.')
    const read = (): Promise<string> => endingOf(rig.clock.drive(device.read(card, write.at, idle)))
    const overwrite = (): Promise<string> =>
      endingOf(rig.clock.drive(device.write(card, write.at, write.data, idle)))
    rig.emulator.removeCard()
    expect([await read(), await overwrite()]).toEqual(['card_removed', 'card_removed'])
    rig.emulator.placeCard(second)
    expect([await read(), await overwrite()]).toEqual(['card_swapped', 'card_swapped'])
    rig.emulator.removeCard()
    rig.emulator.placeCard(first)
    expect(await read()).toBe('done')
    expect([writesOn(rig, first.uid), writesOn(rig, second.uid)]).toEqual([0, 0])
  })
}

/** Rules about cards that are swiped. */
const describeSwipes = (subject: Subject, technology: CardTechnology): void => {
  test('a write waits for its swipe, for as long as the session lets it, and is done once', async () => {
    const { rig, card } = await cardRigOf(subject)
    const [write] = referenceCard(technology).writes
    if (write === undefined) throw new Error('The kit has nothing to write.')
    const device = await rig.open()
    await rig.clock.drive(device.waitForCard(idle))
    rig.emulator.removeCard()
    const impatient = new AbortController()
    const given = endingOf(device.write(card, write.at, write.data, { signal: impatient.signal }))
    await rig.clock.advance(DEADLINE_MS)
    impatient.abort()
    expect(await rig.clock.drive(given)).toBe('aborted')
    const writing = endingOf(device.write(card, write.at, write.data, idle))
    await rig.clock.advance(DEADLINE_MS)
    rig.emulator.placeCard(emulatedCard(technology))
    expect(await rig.clock.drive(writing)).toBe('done')
    expect(inspectCard(rig.emulator, card)).toEqual([{ state: 'planned', writes: 1 }])
  })
}
