import { expect } from 'vitest'
import type { Transport } from 'encoder-bridge/driver'
import {
  createKeyDesk,
  expectNextOrder,
  expectTruth,
  type KeyDesk,
  openKeyDesk,
  type Rule,
} from './key-desk.ts'
import {
  bytesOf,
  crossed,
  type Direction,
  isStream,
  type LineFault,
  lineFaults,
  numbersBelow,
  randomSizes,
  startsOf,
  unplugAfter,
} from './line.ts'
import { measurePieces, splitAt } from './line-faults.ts'
import { tamperWithAny } from './message-faults.ts'
import type { Subject } from './subject.ts'

/** Opens and orders once; what was made is proved to be what was told. */
const runOnce = async (desk: KeyDesk, subject: Subject, where: string): Promise<string> => {
  const opened = await desk.open()
  if (opened !== 'done') {
    expect(desk.made(), where).toBe(0)
    return opened
  }
  const outcome = await desk.order(0)
  await desk.rig.clock.advance(1000)
  expectTruth(outcome, subject, desk.made(), where)
  return outcome.ending
}

/** The sizes of the pieces that cross undisturbed, from the opening to the end of the order. */
const measure = async (subject: Subject): Promise<Readonly<Record<Direction, readonly number[]>>> => {
  const [toDevice, toHost] = [measurePieces(), measurePieces()]
  const tampers = { toDevice: toDevice.tamper, toHost: toHost.tamper }
  const desk = await createKeyDesk(subject, { wrap: (transport) => tamperWithAny(transport, tampers) })
  expect(await runOnce(desk, subject, 'undisturbed')).toBe('done')
  return { toDevice: toDevice.sizes, toHost: toHost.sizes }
}

/**
 * What may happen to a link. TCP keeps what a host sends as it is (its checksum, and most protocols over it have none of their
 * own), so nothing but silence is done to commands there; what a peer answers may be anything.
 */
const faultsOf = (subject: Subject): readonly (readonly [Direction, LineFault])[] =>
  lineFaults.flatMap(([direction, list]) =>
    list
      .filter(
        ({ name }) => subject.transport === 'serial' || direction === 'toHost' || name.includes('silence'),
      )
      .map((fault) => [direction, fault] as const),
  )

const faultRule = (subject: Subject, direction: Direction, fault: LineFault): Rule => ({
  title: `${fault.name} on its way ${direction}, anywhere, is no wrong success and no second key, and the next order is carried out`,
  run: async () => {
    const sizes = (await measure(subject))[direction]
    for (const position of fault.isPerPiece ? startsOf(sizes) : bytesOf(sizes, subject)) {
      const where = `${fault.name} ${direction} at byte ${position}`
      let isHealed = false
      const tamper = fault.tamper(position, () => isHealed)
      const wrap = (transport: Transport): Transport =>
        tamperWithAny(transport, { [direction]: (bytes: Uint8Array) => (isHealed ? [bytes] : tamper(bytes)) })
      const desk = await createKeyDesk(subject, { wrap })
      await runOnce(desk, subject, where)
      isHealed = true
      await expectNextOrder(desk, 0, where)
      await desk.leave(where)
    }
  },
})

/** Rules about what a link may do to an order and its answer. */
export const lineRules = (subject: Subject): readonly Rule[] => {
  const rules: Rule[] = [
    {
      title:
        'the link cut anywhere ends the order with the truth, and after a new opening the next one is carried out',
      run: async () => {
        const undisturbed = await createKeyDesk(subject)
        expect(await runOnce(undisturbed, subject, 'undisturbed')).toBe('done')
        for (const count of numbersBelow(crossed(undisturbed.rig))) {
          const where = `after ${count} ${isStream(subject.transport) ? 'bytes' : 'messages'}`
          const desk = await createKeyDesk(subject)
          unplugAfter(desk.rig, count)
          await runOnce(desk, subject, where)
          const made = desk.made()
          if (isStream(subject.transport) && desk.isOpen) expect(desk.losses, where).toEqual(['device_lost'])
          await desk.renew()
          await expectNextOrder(desk, 0, where)
          expect(desk.made(), where).toBe(made + 1)
          await desk.leave(where)
        }
      },
    },
    {
      title: 'the link cut anywhere while both encoders work ends both orders with the truth',
      run: async () => {
        const both = (desk: KeyDesk) => desk.drive(Promise.all([desk.makeKey(0), desk.makeKey(1)]))
        const undisturbed = await openKeyDesk(subject)
        const start = crossed(undisturbed.rig)
        await both(undisturbed)
        for (const count of numbersBelow(crossed(undisturbed.rig) - start)) {
          const where = `after ${count}`
          const desk = await openKeyDesk(subject)
          const uids = [desk.lay(0), desk.lay(1)]
          unplugAfter(desk.rig, count)
          const outcomes = await both(desk)
          await desk.rig.clock.advance(1000)
          outcomes.forEach((outcome, index) =>
            expectTruth(outcome, subject, desk.made(uids[index]), `${where}, encoder ${index}`),
          )
          await desk.leave(where)
        }
      },
    },
    ...faultsOf(subject).map(([direction, fault]) => faultRule(subject, direction, fault)),
  ]
  if (isStream(subject.transport)) rules.push(...splitRules(subject))
  return rules
}

const splitRules = (subject: Subject): readonly Rule[] => [
  ...(
    [
      ['byte by byte', 1],
      ['in pieces of random size', randomSizes(1)],
      ['in other pieces of random size', randomSizes(2)],
    ] as const
  ).map(([how, chunk]) => ({
    title: `bytes that come ${how} make no difference`,
    run: async () => {
      const desk = await openKeyDesk(subject, { chunk })
      for (const encoder of [0, 1] as const) await expectNextOrder(desk, encoder)
      await desk.leave()
    },
  })),
  {
    title: 'a split at any byte, in either direction, makes no difference',
    run: async () => {
      const sizes = await measure(subject)
      for (const direction of ['toDevice', 'toHost'] as const) {
        for (const position of bytesOf(sizes[direction], subject)) {
          const tamper = splitAt(position)
          const wrap = (transport: Transport): Transport => tamperWithAny(transport, { [direction]: tamper })
          const desk = await createKeyDesk(subject, { wrap })
          const where = `${direction} at byte ${position}`
          expect(await runOnce(desk, subject, where), where).toBe('done')
          await desk.leave(where)
        }
      }
    },
  },
]
