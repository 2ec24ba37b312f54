import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HidScannerOptions } from './options.ts'
import { createTypedReader } from './typed-text.ts'

const defaults = HidScannerOptions.parse({})
const press = (usage: number) => ({ usage, isPressed: true, atMs: 0 })
const release = (usage: number) => ({ usage, isPressed: false, atMs: 0 })
const tap = (...usages: readonly number[]) => usages.flatMap((usage) => [press(usage), release(usage)])

const typed = (keys: readonly ReturnType<typeof press>[], options: Partial<HidScannerOptions> = {}) => {
  const reader = createTypedReader({ ...defaults, ...options })
  return keys
    .map((key) => reader.push(key))
    .filter((outcome) => outcome !== undefined)
    .map((outcome) =>
      outcome === 'unreadable' ? outcome : [outcome.symbology, Buffer.from(outcome.data).toString()],
    )
}

// HID Usage Tables §10: 04 a, 1E 1, 21 4, 27 0, 28 Enter, 2B Tab, 30 ], 58 keypad Enter, 5C keypad 4, E1 left shift.
test('a burst of keys up to Enter or Tab is one scan', () => {
  expect(typed(tap(0x1e, 0x21, 0x27, 0x28))).toEqual([[null, '140']])
  expect(typed(tap(0x04, 0x2b, 0x05, 0x58))).toEqual([
    [null, 'a'],
    [null, 'b'],
  ])
})

test('shift holds for the keys that it is held over', () => {
  const keys = [press(0xe1), ...tap(0x04), release(0xe1), ...tap(0x04, 0x28)]
  expect(typed(keys)).toEqual([[null, 'Aa']])
})

test('the keypad types digits', () => {
  expect(typed(tap(0x5c, 0x59, 0x62, 0x28))).toEqual([[null, '410']])
})

test('the characters are those of the layout that the scanner is set to', () => {
  const zAndMinus = tap(0x1c, 0x38, 0x28)
  expect(typed(zAndMinus)).toEqual([[null, 'y/']])
  expect(typed(zAndMinus, { keyboard: 'de' })).toEqual([[null, 'z-']])
})

test('an AIM identifier is taken off and told', () => {
  const keys = [...tap(0x30), press(0xe1), ...tap(0x14), release(0xe1), ...tap(0x27, 0x0b, 0x28)]
  expect(typed(keys)).toEqual([[']Q0', 'h']])
  expect(typed(keys, { aim: false })).toEqual([[null, ']Q0h']])
})

test('what does not begin with the prefix was typed by a person', () => {
  expect(typed(tap(0x04, 0x1e, 0x28), { prefix: 'a' })).toEqual([[null, '1']])
  expect(typed(tap(0x1e, 0x28), { prefix: 'a' })).toEqual(['unreadable'])
})

test('silence without Enter is a misread, and not half a code', () => {
  const reader = createTypedReader(defaults)
  for (const key of tap(0x1e, 0x1f)) reader.push(key)
  expect(reader.flush()).toBe('unreadable')
  expect(reader.flush()).toBeUndefined()
})

test('silence ends a scan where no Enter is typed', () => {
  const reader = createTypedReader({ ...defaults, end: 'silence' })
  for (const key of tap(0x1e, 0x1f)) reader.push(key)
  expect(reader.flush()).toMatchObject({ technology: 'barcode' })
  expect(reader.flush()).toBeUndefined()
})

test.each(['enter', 'silence'] as const)('half a code is never told where %s ends a text', (end) => {
  const reader = createTypedReader({ ...defaults, end })
  for (const key of tap(0x04, 0x05)) reader.push(key)
  reader.drop()
  const rest = [...tap(0x06, 0x28), ...tap(0x07, 0x28)].map((key) => reader.push(key))
  expect(rest.filter((outcome) => outcome !== undefined)).toEqual([
    'unreadable',
    expect.objectContaining({ data: Uint8Array.of(0x64) }),
  ])
})

test('silence ends a text with lost keys, also where the lost ones were all', () => {
  for (const end of ['enter', 'silence'] as const) {
    const reader = createTypedReader({ ...defaults, end })
    reader.drop()
    expect(reader.flush()).toBe('unreadable')
    expect(reader.flush()).toBeUndefined()
  }
})

test('a shift whose release was lost is not held for ever', () => {
  const reader = createTypedReader(defaults)
  reader.push(press(0xe1))
  reader.drop()
  reader.flush()
  const outcomes = tap(0x04, 0x28).map((key) => reader.push(key))
  expect(outcomes).toContainEqual(expect.objectContaining({ data: Uint8Array.of(0x61) }))
})

test('keys without end are given up, and take no room', () => {
  expect(typed([...Array.from({ length: 20_000 }, () => press(0x1e)), ...tap(0x28)])).toEqual(['unreadable'])
})

test('whatever keys come, nothing throws, and no text is longer than the keys', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ usage: fc.nat(300), isPressed: fc.boolean(), atMs: fc.nat() })),
      (keys) => {
        const texts = typed(keys).map((outcome) => (Array.isArray(outcome) ? (outcome[1] ?? '') : ''))
        expect(texts.join('').length).toBeLessThanOrEqual(keys.length)
      },
    ),
  )
})
