import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { readFixtures } from '../../test/conformance/fixtures.ts'
import { decodeProperty, decodeReport, getProperty } from './protocol.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)

/** The example of 99875191: what is not in a track is whatever was there before. */
const magtek = (tracks: readonly [string, string, string], status = [0, 0, 0]): Uint8Array => {
  const report = new Uint8Array(337).fill(0x37)
  report.set([...status, ...tracks.map((text) => text.length), 0])
  for (const [index, text] of tracks.entries()) report.set(ascii(text), 7 + 110 * index)
  return report
}

interface IdTechReport {
  readonly lengths: readonly [number, number, number]
  readonly text: string
  readonly total?: readonly [number, number]
  readonly sizeBytes?: number
}

const idTech = ({ lengths, text, total, sizeBytes = 509 }: IdTechReport): Uint8Array => {
  const report = new Uint8Array(sizeBytes)
  report.set([0, 0, 0, ...lengths, 0, ...(total ?? [text.length & 0xff, text.length >> 8])])
  report.set(ascii(text), 9)
  return report
}

const exchanges = [...readFixtures(new URL('fixtures/', import.meta.url)).values()].flatMap(
  (file) => file.exchanges,
)

test('the fixture’s swipe is read as it was shown', () => {
  const swipe = exchanges.find(({ shown }) => shown !== undefined)
  const report = new Uint8Array(337).fill(0x37)
  report.set(swipe?.messages[0]?.hex ?? [])
  expect(decodeReport(report)).toEqual({ kind: 'read', tracks: ['%ROOM 101?', '', ''] })
  expect(formatHex(swipe?.shown?.data ?? hex(''))).toBe(formatHex(ascii('%ROOM 101?\n\n')))
})

test('the fixture’s property is asked for by its bytes, and understood', () => {
  const [asked, answer] = exchanges.find(({ name }) => name === 'software id')?.messages ?? []
  expect(getProperty('softwareId')).toEqual(asked?.hex)
  expect(decodeProperty(answer?.hex ?? hex(''))).toBe('21042812D01')
})

describe('a report in MagTek’s layout', () => {
  test('tells each track in its place, by its length', () => {
    const report = magtek(['%B0?', ';12345?', ';007=9?'])
    expect(decodeReport(report)).toEqual({ kind: 'misread', reason: expect.stringContaining('payment') })
    expect(decodeReport(magtek(['%A0?', ';12345?', ';007=9?']))).toEqual({
      kind: 'read',
      tracks: ['%A0?', ';12345?', ';007=9?'],
    })
  })

  test('may fill its tracks to the last of 110 characters', () => {
    const tracks = [`%${'A'.repeat(108)}?`, `;${'1'.repeat(108)}?`, `;${'2'.repeat(108)}?`] as const
    expect(decodeReport(magtek(tracks))).toEqual({ kind: 'read', tracks })
  })

  test.each([
    [[1, 0, 0], ['', ';12345?', ''], 'Unreadable: track 1.'],
    [[0, 1, 0], ['%A?', '', ''], 'Unreadable: track 2.'],
    [[1, 0, 1], ['', ';12345?', ''], 'Unreadable: track 1 and 3.'],
    [[0xff, 0, 0], ['', ';12345?', ''], 'Unreadable: track 1.'],
  ] as const)('with the statuses %j is a misread that names the track', (status, tracks, reason) => {
    expect(decodeReport(magtek([...tracks], [...status]))).toEqual({ kind: 'misread', reason })
  })

  test('is judged by bit 0 of a status only: the others are reserved', () => {
    expect(decodeReport(magtek(['', ';12345?', ''], [0xfe, 0, 0])).kind).toBe('read')
  })

  test('without any data is a blank stripe', () => {
    expect(decodeReport(magtek(['', '', '']))).toEqual({ kind: 'misread', reason: 'The stripe is blank.' })
  })

  test('is refused when a length goes beyond the track, or what it counts is no text', () => {
    const long = magtek(['%A?', '', ''])
    long[3] = 111
    const binary = magtek(['%A?', '', ''])
    binary[8] = 0x0a
    const format = { kind: 'misread', reason: expect.stringContaining('format') }
    expect([decodeReport(long), decodeReport(binary)]).toEqual([format, format])
  })

  test.each([0, 1, 64, 336, 338, 887])('is refused with %i bytes', (sizeBytes) => {
    const report = new Uint8Array(sizeBytes)
    report.set(magtek(['%A?', ';12345?', '']).subarray(0, sizeBytes))
    expect(decodeReport(report)).toEqual({ kind: 'misread', reason: expect.stringContaining('format') })
  })
})

// 4111 1111 1111 1111 and 4000 0012 3456 7899 are numbers for tests; both pass the Luhn check.
describe('a payment card', () => {
  test.each([
    ['track 1', ['%B4111111111111111^DOE/JANE^29121010000000000?', '', '']],
    ['track 2', ['', ';4111111111111111=29121010000000000?', '']],
    ['track 3', ['', '', ';014111111111111111==1?']],
    ['track 3 behind another sentinel', ['', '', '+014111111111111111==1?']],
    ['track 2 beside others', ['%ROOM?', ';4000001234567899=2912101?', ';1?']],
  ] as const)('is refused by its %s, and nothing of it is told', (_, tracks) => {
    const swipe = decodeReport(magtek([...tracks]))
    expect(swipe).toEqual({ kind: 'misread', reason: 'It is a payment card, and those are not read.' })
  })

  test('is refused in ID TECH’s layout too', () => {
    const text = '%B4111111111111111^DOE/JANE^2912101?;4111111111111111=2912101?\r'
    const swipe = decodeReport(idTech({ lengths: [36, 26, 0], text }))
    expect(swipe).toEqual({ kind: 'misread', reason: 'It is a payment card, and those are not read.' })
  })

  test('is not every card with a long number', () => {
    expect(decodeReport(magtek(['', ';4111111111111112=2912101?', ''])).kind).toBe('read')
    expect(decodeReport(magtek(['', ';4111111111111111?', ''])).kind).toBe('read')
  })
})

describe('a report in ID TECH’s layout', () => {
  test('tells the tracks that its lengths announce, found by their sentinels', () => {
    const report = idTech({ lengths: [5, 7, 0], text: 'PRE%ABC?;12345?\r' })
    expect(decodeReport(report)).toEqual({ kind: 'read', tracks: ['%ABC?', ';12345?', ''] })
  })

  test.each([
    ['low byte first', [7, 0]],
    ['high byte first', [0, 7]],
  ] as const)('has a length with the %s', (_, total) => {
    const report = idTech({ lengths: [0, 0, 7], text: ';12345?;99999?', total })
    expect(decodeReport(report)).toEqual({ kind: 'read', tracks: ['', '', ';12345?'] })
  })

  test.each([
    ['low byte first', [0x2c, 0x01]],
    ['high byte first', [0x01, 0x2c]],
  ] as const)('may be longer than 255 bytes, %s', (_, total) => {
    const text = `%${'A'.repeat(108)}?\r\n;${'1'.repeat(70)}?\r\n+${'2'.repeat(108)}?\r\n`.padEnd(300, ' ')
    const report = idTech({ lengths: [110, 72, 110], text, total })
    expect(decodeReport(report)).toEqual({
      kind: 'read',
      tracks: [`%${'A'.repeat(108)}?`, `;${'1'.repeat(70)}?`, `+${'2'.repeat(108)}?`],
    })
  })

  test('may be 256 bytes long, which in the other byte order would be one', () => {
    const text = `;${'1'.repeat(70)}?`.padStart(256, ' ')
    for (const total of [[0, 1] as const, [1, 0] as const]) {
      expect(decodeReport(idTech({ lengths: [0, 72, 0], text, total }))).toEqual({
        kind: 'read',
        tracks: ['', `;${'1'.repeat(70)}?`, ''],
      })
    }
  })

  test('is refused when it is shorter than the manual says', () => {
    const report = idTech({ lengths: [0, 7, 0], text: ';12345?\r', sizeBytes: 508 })
    expect(decodeReport(report)).toEqual({ kind: 'misread', reason: expect.stringContaining('format') })
  })

  test('may be of the size that later manuals tell', () => {
    const report = idTech({ lengths: [0, 7, 0], text: ';12345?\r', sizeBytes: 521 })
    expect(decodeReport(report)).toEqual({ kind: 'read', tracks: ['', ';12345?', ''] })
  })

  test('is refused when a track that it announces is not in its text', () => {
    const format = { kind: 'misread', reason: expect.stringContaining('format') }
    expect(decodeReport(idTech({ lengths: [5, 7, 0], text: '%ABC?\r' }))).toEqual(format)
    expect(decodeReport(idTech({ lengths: [0, 7, 7], text: ';12345?\r' }))).toEqual(format)
    expect(decodeReport(idTech({ lengths: [5, 0, 0], text: 'ABC' }))).toEqual(format)
  })

  test('is refused when its text is none: readers that encrypt send bytes', () => {
    const report = idTech({ lengths: [5, 0, 0], text: '%ABC?' })
    report[9 + 2] = 0x02
    expect(decodeReport(report)).toEqual({ kind: 'misread', reason: expect.stringContaining('format') })
  })

  test('is refused when its length can not be right in either byte order', () => {
    const format = { kind: 'misread', reason: expect.stringContaining('format') }
    for (const lengths of [[5, 0, 0] as const, [0, 0, 0] as const]) {
      expect(decodeReport(idTech({ lengths, text: '%ABC?', total: [0x41, 0x42] }))).toEqual(format)
    }
  })
})

describe('a property', () => {
  const padded = (text: string): Uint8Array => hex(text.replaceAll(' ', '').padEnd(48, '0'))

  test('is asked for by command 00 with its number', () => {
    expect(formatHex(getProperty('serialNumber'))).toBe('000101'.padEnd(48, '0'))
  })

  test('is its text', () => {
    expect(decodeProperty(padded('00 03 41 42 43 44'))).toBe('ABC')
    expect(decodeProperty(padded('00 00'))).toBe('')
  })

  test('may be refused', () => {
    expect(decodeProperty(padded('01 00'))).toBeUndefined()
    expect(decodeProperty(padded('02 03 41 42 43'))).toBeUndefined()
  })

  test('is an error when it is too long, no text, or in a report of another size', () => {
    expect(() => decodeProperty(padded(`00 17 ${'41'.repeat(22)}`))).toThrow(coded('protocol_error'))
    expect(() => decodeProperty(padded('00 02 00 41'))).toThrow(coded('protocol_error'))
    expect(() => decodeProperty(hex('00 01 41'))).toThrow(coded('protocol_error'))
  })
})

test('no bytes whatever make the decoder throw, and what it reads is text', () => {
  const size = fc.constantFrom(337, 509, 60)
  const report = size.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
  fc.assert(
    fc.property(report, (bytes) => {
      const swipe = decodeReport(bytes)
      expect(swipe.kind === 'misread' || swipe.tracks.every((text) => /^[ -~]*$/.test(text))).toBe(true)
    }),
  )
})
