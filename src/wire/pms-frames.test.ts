import { BridgeError } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { formatHex, parseHex } from './hex.ts'
import { createPmsReader, encodePmsFrame, type PmsEvent } from './pms-frames.ts'

const bytesOf = (hex: string): Uint8Array => parseHex(hex.replaceAll(' ', ''))
const read = (hex: string, knowsUnchecked = true): readonly PmsEvent[] =>
  createPmsReader({ knowsUnchecked }).push(bytesOf(hex))
const kinds = (events: readonly PmsEvent[]): readonly string[] =>
  events.map((event) => (event.kind === 'control' ? event.byte.toString(16) : event.kind))

const LT = '02 B3 4C 54 B3 31 B3 45 B3 03 6F'

test('a message is framed with separators around every field, empty ones too', () => {
  expect(formatHex(encodePmsFrame(['LT', '1', 'E']))).toBe(LT.replaceAll(' ', ''))
  expect(formatHex(encodePmsFrame(['CO', '', '101']))).toBe('02B3434FB3B3313031B3033F')
})

test('a message without a checksum bears 0D in its place', () => {
  expect(formatHex(encodePmsFrame(['LT', '1', 'E'], { isChecked: false }))).toBe('02B34C54B331B345B3030D')
})

test('letters beyond ASCII are said in ISO 8859-1', () => {
  expect(formatHex(encodePmsFrame(['Süd']))).toBe('02B353FC64B303C8')
})

test.each(['1³1', '1\r1', '1\n1', '1\u00021', '1\u00001', '1\u00851', '日', 'e\u0301'])(
  'a field can’t hold %j',
  (text) => {
    expect(() => encodePmsFrame(['CO', '0', text])).toThrow(BridgeError)
  },
)

test('a frame is read wherever it is cut', () => {
  const bytes = bytesOf(LT)
  for (let at = 1; at < bytes.length; at += 1) {
    const reader = createPmsReader({ knowsUnchecked: true })
    const events = [...reader.push(bytes.slice(0, at)), ...reader.push(bytes.slice(at))]
    expect(events, `cut at ${at}`).toEqual([{ kind: 'begun' }, { kind: 'frame', fields: ['LT', '1', 'E'] }])
  }
})

test('a checksum may have any value, those of STX, ETX, ENQ, ACK and NAK included', () => {
  const seen = new Set<number>()
  // One character of ISO 8859-1 brings about most values, two of them the rest.
  const texts = Array.from({ length: 224 }, (_, index) => String.fromCharCode(0x20 + index)).filter(
    (text) => text !== '³' && !/[\u007f-\u009f]/.test(text),
  )
  for (const text of [...texts, ...texts.flatMap((one) => ['A', 'ÿ'].map((two) => one + two))]) {
    const frame = encodePmsFrame([text])
    seen.add(frame.at(-1) ?? -1)
    expect(createPmsReader({ knowsUnchecked: false }).push(frame)).toEqual([
      { kind: 'begun' },
      { kind: 'frame', fields: [text] },
    ])
  }
  expect([0x02, 0x03, 0x05, 0x06, 0x15].filter((value) => !seen.has(value))).toEqual([])
})

test('a byte that is wrong anywhere in a frame makes it no frame', () => {
  const bytes = bytesOf(LT)
  for (let at = 0; at < bytes.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = bytes.slice()
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
      expect(
        kinds(createPmsReader({ knowsUnchecked: false }).push(damaged)),
        `bit ${bit} of ${at}`,
      ).not.toContain('frame')
    }
  }
})

test('0D in the place of a checksum is taken where the dialect has it, and nowhere else', () => {
  const unchecked = '02 B3 4C 54 B3 31 B3 45 B3 03 0D'
  expect(kinds(read(unchecked))).toEqual(['begun', 'frame'])
  expect(kinds(read(unchecked, false))).toEqual(['begun', 'broken'])
})

test('bytes between frames are told one by one', () => {
  expect(kinds(read(`06 ${LT} 15`))).toEqual(['6', 'begun', 'frame', '15'])
})

test('a frame that is cut short by another one is forgotten, and the other one is read', () => {
  expect(kinds(read(`02 B3 4C ${LT}`))).toEqual(['begun', 'begun', 'frame'])
})

test('a control byte within a frame ends it, and is told', () => {
  expect(kinds(read('02 B3 4C 06'))).toEqual(['begun', 'broken', '6'])
})

test.each(['02 B3 03 B0', '02 4C 54 B3 03 A8', '02 03 03'])(
  'without its separators a frame is broken: %s',
  (hex) => {
    expect(kinds(read(hex))).toEqual(['begun', 'broken'])
  },
)

test('a frame without an end is given up', () => {
  const reader = createPmsReader({ knowsUnchecked: true })
  const events = reader.push(Uint8Array.of(0x02, ...Array.from({ length: 2049 }, () => 0x41)))
  expect(kinds(events)).toEqual(['begun', 'broken', '41'])
})
