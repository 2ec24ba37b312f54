import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drivers } from '../../drivers/index.ts'
import { isBridgeError } from '../../src/contract/errors.ts'
import { root } from '../support/repository.ts'
import { corpusOf, fixturesOf } from './examples.ts'
import type { FuzzedParser } from './parser.ts'
import { cardParsers } from './parsers/cards.ts'
import { driverParsers } from './parsers/drivers.ts'
import { textParsers } from './parsers/texts.ts'

/** `FUZZ_RUNS=1000000 npx vitest run --project main test/fuzz` goes on for as long as one likes. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300)
/** A hundred times what the slowest input takes on a slow computer: only what hangs is longer. */
const MAX_MS = 5_000
const MAX_HELD_BYTES = 1_000_000
const PIECES = 500

const parsers: readonly FuzzedParser[] = [...driverParsers, ...textParsers, ...cardParsers]

/** What the parser does with the input, in words: it either takes it or refuses it, and soon. */
const run = (parser: FuzzedParser, input: Uint8Array): string => {
  const start = performance.now()
  const outcome = ((): string => {
    try {
      parser.parse(input)
      return 'done'
    } catch (error) {
      return isBridgeError(error)
        ? 'done'
        : `threw ${error instanceof Error ? (error.stack ?? '') : typeof error}`
    }
  })()
  return performance.now() - start > MAX_MS ? 'hung' : outcome
}

/** A good example with a few bytes changed, dropped, doubled or added: it gets further than noise. */
const spoiled = (examples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.constantFrom(...examples),
      fc.array(
        fc.record({
          at: fc.nat(4_096),
          cut: fc.constantFrom(0, 0, 1, 1, 2, 8, 64),
          put: fc.uint8Array({ maxLength: 4 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([example, changes]) => {
      let bytes = [...example]
      for (const { at, cut, put } of changes) {
        const place = bytes.length === 0 ? 0 : at % bytes.length
        bytes = [...bytes.slice(0, place), ...put, ...bytes.slice(place + cut)]
      }
      return Uint8Array.from(bytes)
    })

const anything = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
  fc.json({ maxDepth: 5 }).map((text) => new TextEncoder().encode(text)),
)

describe.each(parsers)('the parser $name', (parser) => {
  const corpus = corpusOf(parser)
  const examples = [...corpus.map(({ input }) => input), ...fixturesOf(parser)].filter(
    ({ length }) => length > 0,
  )

  test('has examples to spoil', () => {
    expect(examples.length).toBeGreaterThan(0)
  })

  test('takes or refuses its corpus and its fixtures', () => {
    for (const { file, input } of corpus) expect(run(parser, input), file).toBe('done')
    for (const input of fixturesOf(parser)) expect(run(parser, input)).toBe('done')
  })

  test('takes or refuses whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(anything, spoiled(examples)), (input) => {
        expect(run(parser, input)).toBe('done')
      }),
      { numRuns: RUNS },
    )
  })
})

const readers = parsers.flatMap(({ name, openReader }) =>
  openReader === undefined ? [] : [{ name, openReader }],
)

/** Bytes on the heap and beside it that are still in use. */
const createHeldBytes = (): (() => number) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return () => {
    // Array buffers are swept beside the program: the second collection waits until the first one's are counted.
    collect()
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
}

describe.each(readers)('the reader $name', ({ openReader }) => {
  const heldBytes = createHeldBytes()
  // Beginnings without an end: of frames, lines, records.
  test.each([[0x00], [0x02], [0x41], [0x30], [0xff]])(
    'keeps little of a line that says %i for ever',
    (byte) => {
      const push = openReader()
      const piece = new Uint8Array(4_096).fill(byte)
      push(piece)
      const before = heldBytes()
      for (let count = 0; count < PIECES; count += 1) {
        try {
          push(piece)
        } catch (error) {
          if (!isBridgeError(error)) throw error
        }
      }
      expect(heldBytes() - before).toBeLessThan(MAX_HELD_BYTES)
      expect(push).toBeTypeOf('function')
    },
  )
})

test('each driver that has a codec has a parser here', () => {
  const codecs = ['protocol.ts', 'frames.ts', 'pos-report.ts', 'typed-text.ts']
  const withCodec = [...drivers.keys()].filter((id) =>
    codecs.some((file) => existsSync(join(root, 'drivers', id, file))),
  )
  expect(driverParsers.map(({ name }) => name).toSorted()).toEqual(withCodec.toSorted())
})
