import type {
  Card,
  CardTechnology,
  Driver,
  EmulatedCardOptions,
  IoOptions,
  TransportKind,
} from 'encoder-bridge/driver'
import { mainTechnology, referenceCard } from './reference-cards.ts'
import { cardOf } from './reference-encode.ts'
import { type AnyRig, type AnyRigOptions, createRig } from './rig.ts'

/** What a rule is about: a driver, reached in one of the ways of its manifest. */
export interface Subject {
  readonly driver: Driver
  readonly transport: TransportKind
}

/** Registers rules that are about some drivers only: those of which the manifest says so. */
export const when = (applies: boolean, register: () => void): void => {
  if (applies) register()
}

/** The signal of a call that nobody gives up. */
export const idle: IoOptions = { signal: new AbortController().signal }

export const rigOf = ({ driver, transport }: Subject, options: AnyRigOptions = {}): Promise<AnyRig> =>
  createRig<TransportKind>(driver, { ...options, transport })

/** The first or second reference card of a technology, for an emulator. */
export const emulatedCard = (technology: CardTechnology, index: 0 | 1 = 0): EmulatedCardOptions => ({
  type: technology,
  uid: referenceCard(technology).uids[index],
})

/** A rig in whose field a card of the driver's main technology lies. */
export const cardRigOf = async (
  subject: Subject,
  options: AnyRigOptions = {},
): Promise<{ readonly rig: AnyRig; readonly card: Card; readonly before: Uint8Array }> => {
  const technology = mainTechnology(subject.driver.manifest)
  const placed = emulatedCard(technology)
  const rig = await rigOf(subject, { ...options, card: placed })
  return {
    rig,
    card: cardOf(referenceCard(technology).uids[0], technology),
    before: rig.emulator.dumpCard(placed.uid),
  }
}
