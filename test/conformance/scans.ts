import { expect, test } from 'vitest'
import type { CardTechnology, EmulatedRead, Scanner, ScannerRead, Transport } from 'encoder-bridge/driver'
import { dropByteAt, flipBitAt, measurePieces, repeatAt, type Tamper, truncateAt } from './line-faults.ts'
import { crossed, numbersBelow, randomSizes, unplugAfter } from './line.ts'
import { tamperWithAny } from './message-faults.ts'
import { expectedRead, referenceReads, show, tells } from './reference-reads.ts'
import { type AnyRig, type AnyRigOptions, leftovers, textOf } from './rig.ts'
import { rigOf, type Subject, when } from './subject.ts'

/** Between two badges or codes that a hand presents. */
const NEXT_MS = 500
/** After this nobody takes what comes for a part, or a repetition, of what came before. */
const LATER_MS = 5000

/** A scanner that is listened to. */
interface Watch {
  readonly rig: AnyRig
  readonly scanner: Scanner
  readonly reads: ScannerRead[]
  /** The codes of misreads and of the loss. */
  readonly errors: string[]
  /** All that errors said. */
  readonly said: string[]
  readonly stop: () => void
}

const watch = async (subject: Subject, options: AnyRigOptions = {}): Promise<Watch> => {
  const rig = await rigOf(subject, options)
  const scanner = await rig.openScanner()
  const reads: ScannerRead[] = []
  const errors: string[] = []
  const said: string[] = []
  const note = (error: Error & { readonly code: string }): void => {
    errors.push(error.code)
    said.push(textOf(error))
  }
  scanner.onLost(note)
  const stopMisreads = scanner.onMisread(note)
  const stopReads = scanner.onRead((read) => reads.push(read))
  return {
    rig,
    scanner,
    reads,
    errors,
    said,
    stop: () => {
      stopReads()
      stopMisreads()
    },
  }
}

/** Shows things one after another, as a hand does. */
const showAll = async ({ rig }: Watch, list: readonly EmulatedRead[], gapMs = NEXT_MS): Promise<void> => {
  for (const read of list) {
    expect(show(rig, read), `its emulator can show ${read.technology}`).toBe(true)
    await rig.clock.advance(gapMs)
  }
}

const expectReads = ({ reads }: Watch, shown: readonly EmulatedRead[]): void =>
  expect(reads).toEqual(shown.map((read, index) => expectedRead(read, reads[index])))

/** Rules about scanners: one presentation is one read, and nothing else is. */
export const describeScans = (subject: Subject): void => {
  const { manifest } = subject.driver
  /** A scanner without card technologies reads codes. */
  const [main = 'barcode', ...others]: readonly (CardTechnology | 'barcode')[] = manifest.technologies
  const [first, second] = referenceReads(main)

  test.each([main, ...others])(
    '%s: each presentation is one read, in order and as shown',
    async (technology) => {
      const watched = await watch(subject)
      const shown = [...referenceReads(technology)]
      await showAll(watched, shown)
      await watched.rig.clock.advance(LATER_MS)
      await showAll(watched, shown.slice(0, 1))
      await watched.rig.clock.advance(LATER_MS)
      expectReads(watched, [...shown, ...shown.slice(0, 1)])
      expect(watched.errors).toEqual([])
    },
  )

  test('barcodes are read as well by a device that can be shown one', async () => {
    const watched = await watch(subject)
    const codes = referenceReads('barcode').filter((code) => show(watched.rig, code))
    await watched.rig.clock.advance(LATER_MS)
    expectReads(watched, codes)
  })

  test('nothing is told after stop, nor later of what was shown while nobody observed', async () => {
    const watched = await watch(subject)
    await showAll(watched, [first])
    watched.stop()
    await showAll(watched, [second], LATER_MS)
    expectReads(watched, [first])
    const later: ScannerRead[] = []
    watched.scanner.onRead((read) => later.push(read))
    await watched.rig.clock.advance(LATER_MS)
    expect(later).toEqual([])
    await showAll(watched, [first])
    expect(later).toEqual([expectedRead(first, later[0])])
  })

  test('what could not be read is told as card_unreadable, without its content, and the next one is read', async () => {
    const watched = await watch(subject)
    watched.rig.emulator.inject({ fault: 'unreadable' })
    await showAll(watched, [first], LATER_MS)
    expect([watched.reads, watched.errors]).toEqual([[], ['card_unreadable']])
    expect(watched.said.filter((text) => tells(text, first))).toEqual([])
    await showAll(watched, [second])
    expectReads(watched, [second])
    watched.stop()
    watched.rig.emulator.inject({ fault: 'unreadable' })
    await showAll(watched, [first], LATER_MS)
    expect(watched.errors).toEqual(['card_unreadable'])
  })

  test('the cable pulled anywhere loses the device once, makes no wrong read and leaves nothing behind', async () => {
    const undisturbed = await watch(subject)
    const start = crossed(undisturbed.rig)
    await showAll(undisturbed, [first, second])
    for (const count of numbersBelow(crossed(undisturbed.rig) - start)) {
      const where = `after ${count} of the presentations`
      const watched = await watch(subject)
      unplugAfter(watched.rig, count)
      await showAll(watched, [first, second])
      expect(
        watched.errors.filter((code) => code !== 'card_unreadable'),
        where,
      ).toEqual(['device_lost'])
      expect(watched.reads, where).toEqual(
        [first, second]
          .slice(0, watched.reads.length)
          .map((read, index) => expectedRead(read, watched.reads[index])),
      )
      await watched.rig.clock.drive(watched.scanner.close())
      watched.rig.emulator.close()
      expect([leftovers(watched.rig), watched.rig.isClosed], where).toEqual([[0, 0, 0], true])
    }
  }, 120_000)

  test.each([
    ['a flipped bit', flipBitAt],
    ['a lost byte', dropByteAt],
    ['a cut-off message', truncateAt],
    ['a message that comes twice', repeatAt],
  ])(
    '%s in one presentation, anywhere, does not spoil the next',
    async (name, fault) => {
      const pieces = measurePieces()
      const undisturbed = await watch(subject, {
        wrap: (transport) => tamperWithAny(transport, { toHost: pieces.tamper }),
      })
      const opening = pieces.sizes.length
      await showAll(undisturbed, [first])
      const sizeBytes = pieces.sizes.slice(opening).reduce((sum, size) => sum + size, 0)
      for (const position of numbersBelow(sizeBytes)) {
        const where = `${name} at byte ${position}`
        let tamper: Tamper = (bytes) => [bytes]
        const wrap = (transport: Transport): Transport =>
          tamperWithAny(transport, { toHost: (bytes) => tamper(bytes) })
        const watched = await watch(subject, { wrap })
        tamper = fault(position)
        await showAll(watched, [first], LATER_MS)
        watched.reads.length = 0
        await showAll(watched, [second], LATER_MS)
        expect(watched.reads, where).toEqual([expectedRead(second, watched.reads[0])])
        await watched.rig.clock.drive(watched.scanner.close())
      }
    },
    120_000,
  )

  when(subject.transport === 'serial', () => {
    test.each([
      ['whole', Number.POSITIVE_INFINITY],
      ['byte by byte', 1],
      ['in pieces of random size', randomSizes(1)],
    ])('bytes that come %s make no difference, even of two presentations at once', async (_, chunk) => {
      const watched = await watch(subject, { chunk })
      expect([show(watched.rig, first), show(watched.rig, second)]).toEqual([true, true])
      await watched.rig.clock.advance(LATER_MS)
      expectReads(watched, [first, second])
    })
  })
}
