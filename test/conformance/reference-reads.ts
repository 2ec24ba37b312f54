import { BridgeError, type CardTechnology, type EmulatedRead, type ScannerRead } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { referenceCard } from './reference-cards.ts'
import type { AnyRig } from './rig.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

/** Two presentations that can be told apart. */
type Pair = readonly [EmulatedRead, EmulatedRead]

const pair = (
  technology: EmulatedRead['technology'],
  [first, second]: readonly [Uint8Array, Uint8Array],
  bits: { readonly bitCount?: number } = {},
): Pair => [
  { technology, data: first, ...bits },
  { technology, data: second, ...bits },
]

/** What a scanner is shown of a technology. Badges of no named technology: H10301 without its parity bits, 24 bits. */
export const referenceReads = (technology: CardTechnology | 'barcode'): Pair => {
  switch (technology) {
    case 'barcode':
      return pair(technology, [ascii('CANARY-918273645'), ascii('CANARY-546372819')])
    case 'magstripe':
      return pair(technology, [
        ascii('%CANARY^C5C5CAFE?\n;9182736455463728191?\n'),
        ascii('%CANARY^CAFEC5C5?\n;4819273645546372819?\n'),
      ])
    case 'unknown':
      return pair(technology, [hex('9F14D0'), hex('761643')], { bitCount: 24 })
    default: {
      const [first, second] = referenceCard(technology).uids
      return pair(technology, [hex(first), hex(second)])
    }
  }
}

/** What the driver must tell of a presentation; the symbology only where the device can tell it. */
export const expectedRead = (
  { technology, data, bitCount }: EmulatedRead,
  read: ScannerRead | undefined,
): ScannerRead => ({ technology, data, bitCount: bitCount ?? null, symbology: read?.symbology ?? null })

/** Shows a presentation. False when the emulated device reads no such thing. */
export const show = ({ emulator }: AnyRig, read: EmulatedRead): boolean => {
  try {
    emulator.present(read)
    return true
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'not_supported') return false
    throw error
  }
}

/** Whether a text tells what was read. */
export const tells = (text: string, { data }: EmulatedRead): boolean => {
  const told = text.toUpperCase()
  return told.includes(formatHex(data)) || told.includes(String.fromCharCode(...data).toUpperCase())
}
