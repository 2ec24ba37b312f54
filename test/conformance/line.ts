import { expect, test } from 'vitest'
import type { Card, CardDevice, Transport, TransportKind } from 'encoder-bridge/driver'
import {
  dropByteAt,
  flipBitAt,
  measurePieces,
  noiseAt,
  repeatAt,
  silenceOf,
  type Tamper,
  truncateAt,
} from './line-faults.ts'
import { tamperWithAny } from './message-faults.ts'
import { mainTechnology, secretsIn } from './reference-cards.ts'
import { encodeReference, inspectCard } from './reference-encode.ts'
import { type AnyRig, endingOf, leftovers, textOf } from './rig.ts'
import { cardRigOf, emulatedCard, idle, type Subject, when } from './subject.ts'

export type Direction = 'toDevice' | 'toHost'

/** Opens and encodes; returns how it ended and notes what errors said. */
const runOnce = async (rig: AnyRig, said: string[]): Promise<{ ending: string; device?: CardDevice }> => {
  const note = (error: unknown): never => {
    said.push(textOf(error))
    throw error
  }
  const opening = rig.open().catch(note)
  const opened = await endingOf(opening)
  if (opened !== 'done') return { ending: opened }
  const device = await opening
  return { device, ending: await endingOf(rig.clock.drive(encodeReference(device, idle)).catch(note)) }
}

/** The sizes of the pieces that cross undisturbed, from the opening to the end of the encode. */
const measure = async (subject: Subject): Promise<Readonly<Record<Direction, readonly number[]>>> => {
  const toDevice = measurePieces()
  const toHost = measurePieces()
  const tampers = { toDevice: toDevice.tamper, toHost: toHost.tamper }
  const { rig } = await cardRigOf(subject, { wrap: (transport) => tamperWithAny(transport, tampers) })
  const { device, ending } = await runOnce(rig, [])
  expect([device !== undefined, ending]).toEqual([true, 'done'])
  return { toDevice: toDevice.sizes, toHost: toHost.sizes }
}

export const numbersBelow = (end: number): readonly number[] =>
  Array.from({ length: end }, (_, number) => number)

/** A repeatable sequence of sizes from 1 to 7 (a linear congruential generator). */
export const randomSizes = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return 1 + ((state >> 16) % 7)
  }
}

/** Where each piece begins in the whole stream. */
export const startsOf = (sizes: readonly number[]): readonly number[] =>
  sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0))

export const isStream = (transport: TransportKind): boolean => transport === 'serial' || transport === 'tcp'

/** Of a stream every byte; of messages, which may be padded, the first 16 and then every fifth. */
export const bytesOf = (sizes: readonly number[], { transport }: Subject): readonly number[] =>
  startsOf(sizes).flatMap((start, piece) =>
    numbersBelow(sizes[piece] ?? 0)
      .filter((index) => isStream(transport) || index < 16 || index % 5 === 0)
      .map((index) => start + index),
  )

export interface LineFault {
  readonly name: string
  readonly tamper: (position: number, isHealed: () => boolean) => Tamper
  /** Whether it is about a piece as a whole. */
  readonly isPerPiece?: true
}

const flip: LineFault = { name: 'a flipped bit', tamper: flipBitAt }
const drop: LineFault = { name: 'a lost byte', tamper: dropByteAt }
const truncate: LineFault = { name: 'a cut-off frame', tamper: truncateAt }
const noise: LineFault = {
  name: 'noise with the head of an oversized frame',
  tamper: noiseAt,
  isPerPiece: true,
}
const repeat: LineFault = { name: 'a frame that comes twice', tamper: repeatAt, isPerPiece: true }
const silences: readonly LineFault[] = [
  { name: 'a silence of three frames', tamper: silenceOf(3), isPerPiece: true },
  { name: 'a silence of six frames', tamper: silenceOf(6), isPerPiece: true },
  { name: 'silence until the end', tamper: silenceOf(Number.POSITIVE_INFINITY), isPerPiece: true },
]

/** A command that comes twice is left out: a device that obeys twice is not the driver's fault. */
export const lineFaults: readonly (readonly [Direction, readonly LineFault[]])[] = [
  ['toDevice', [flip, drop, truncate, ...silences]],
  ['toHost', [flip, drop, truncate, noise, repeat, ...silences]],
]

/** Rules about what a line may do to bytes, and another transport to messages, on the way of an encode. */
export const describeLine = (subject: Subject): void => {
  const technology = mainTechnology(subject.driver.manifest)
  const isSerial = subject.transport === 'serial'

  /** Card contents and keys stay out of every message, and so out of every log. */
  const expectNoSecrets = (said: readonly string[]): void => {
    expect(said.length).toBeGreaterThan(0)
    expect(secretsIn(technology, said.join('\n'))).toEqual([])
  }

  when(isSerial, () => {
    test.each([
      ['whole', Number.POSITIVE_INFINITY],
      ['byte by byte', 1],
      ['in pieces of random size', randomSizes(1)],
      ['in other pieces of random size', randomSizes(2)],
    ])('bytes that come %s make no difference', async (_, chunk) => {
      const { rig, card } = await cardRigOf(subject, { chunk })
      expect((await runOnce(rig, [])).ending).toBe('done')
      expect(statesOf(rig, card)).toEqual(new Set(['planned']))
    })
  })

  test('the cable pulled anywhere ends in device_lost, without a hang, a timer or a listener left', async () => {
    const { rig: undisturbed } = await cardRigOf(subject)
    expect((await runOnce(undisturbed, [])).ending).toBe('done')
    const said: string[] = []
    for (const count of numbersBelow(crossed(undisturbed))) {
      const where = `after ${count} ${isSerial ? 'bytes' : 'messages'}`
      const { rig, card } = await cardRigOf(subject)
      unplugAfter(rig, count)
      const { ending, device } = await runOnce(rig, said)
      expect(ending, where).toBe('device_lost')
      expect(mostWrites(rig, card), where).toBeLessThanOrEqual(1)
      if (device !== undefined) await rig.clock.drive(device.close())
      rig.emulator.close()
      expect([leftovers(rig), rig.isClosed], where).toEqual([[0, 0, 0], true])
    }
    expectNoSecrets(said)
  }, 120_000)

  test.each(
    lineFaults.flatMap(([direction, list]) => list.map((fault) => [fault.name, direction, fault] as const)),
  )(
    '%s on its way %s, anywhere, makes no wrong success and no second write, and the next card is encoded',
    async (name, direction, fault) => {
      const sizes = (await measure(subject))[direction]
      const said: string[] = []
      for (const position of fault.isPerPiece ? startsOf(sizes) : bytesOf(sizes, subject)) {
        const where = `${name} ${direction} at byte ${position}`
        let isHealed = false
        const tampers = { [direction]: fault.tamper(position, () => isHealed) }
        const wrap = (transport: Transport): Transport => tamperWithAny(transport, tampers)
        const { rig, card, before } = await cardRigOf(subject, { wrap })
        const { ending, device } = await runOnce(rig, said)
        isHealed = true
        const states = statesOf(rig, card, before)
        if (ending === 'done') expect(states, where).toEqual(new Set(['planned']))
        // What reaches the device unharmed is written as it was sent.
        if (direction === 'toHost') expect(states, where).not.toContain('torn')
        expect(mostWrites(rig, card), where).toBeLessThanOrEqual(1)
        if (device !== undefined) {
          rig.emulator.removeCard()
          rig.emulator.placeCard(emulatedCard(technology, 1))
          expect(await endingOf(rig.clock.drive(encodeReference(device, idle))), where).toBe('done')
          await rig.clock.drive(device.close())
        }
        expect(rig.memory.listenerCount, where).toBe(0)
      }
      expect(secretsIn(technology, said.join('\n'))).toEqual([])
    },
    120_000,
  )
}

const statesOf = (rig: AnyRig, card: Card, before?: Uint8Array): ReadonlySet<string> =>
  new Set(inspectCard(rig.emulator, card, before).map(({ state }) => state))

const mostWrites = (rig: AnyRig, card: Card): number =>
  Math.max(...inspectCard(rig.emulator, card).map(({ writes }) => writes))

/** What has crossed, in bytes of a stream or in messages. */
export const crossed = ({ memory }: AnyRig): number =>
  memory.kind === 'serial' || memory.kind === 'tcp' ? memory.bytesCrossed : memory.messagesCrossed

export const unplugAfter = ({ memory }: AnyRig, count: number): void =>
  memory.kind === 'serial' || memory.kind === 'tcp'
    ? memory.unplugAfterBytes(count)
    : memory.unplugAfterMessages(count)
