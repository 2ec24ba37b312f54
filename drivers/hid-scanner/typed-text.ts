/**
 * What a scanner in keyboard mode types: a burst of keys that ends with Enter or Tab, or with silence.
 * @module
 */
import type { KeyEvent, ScannerRead } from 'encoder-bridge/driver'
import { characterOf } from './key-layouts.ts'
import type { HidScannerOptions } from './options.ts'

const SHIFTS = [0xe1, 0xe5]
/** Enter, Tab, keypad Enter. */
const ENDS = [0x28, 0x2b, 0x58]
const MAX_LENGTH = 8192
/** ISO/IEC 15424 §4. */
const AIM = /^\][A-Za-z][0-9A-Za-z]/

export interface TypedReader {
  /** The scan when the key ended it. */
  push(key: KeyEvent): ScannerRead | 'unreadable' | undefined
  /** Silence: what was typed so far is a misread, unless that is how texts end here. */
  flush(): ScannerRead | 'unreadable' | undefined
  /** Keys were lost: none is held any more, and what is typed up to the next end is a misread. */
  drop(): void
}

export const createTypedReader = ({ keyboard, prefix, aim, end }: HidScannerOptions): TypedReader => {
  const shifts = new Set<number>()
  let text = ''
  let isWhole = true

  const finish = (): ScannerRead | 'unreadable' | undefined => {
    const typed = text
    const wasWhole = isWhole
    text = ''
    isWhole = true
    if (!wasWhole) return 'unreadable'
    if (typed === '') return undefined
    if (!typed.startsWith(prefix) || typed.length > MAX_LENGTH) return 'unreadable'
    const inner = typed.slice(prefix.length)
    const symbology = aim ? (AIM.exec(inner)?.[0] ?? null) : null
    const data = new TextEncoder().encode(inner.slice(symbology?.length ?? 0))
    return data.length === 0 ? 'unreadable' : { technology: 'barcode', data, bitCount: null, symbology }
  }

  return {
    flush: () => {
      if (end === 'enter' && text !== '') isWhole = false
      return finish()
    },
    drop: () => {
      shifts.clear()
      isWhole = false
    },
    push: ({ usage, isPressed }) => {
      if (SHIFTS.includes(usage)) {
        if (isPressed) shifts.add(usage)
        else shifts.delete(usage)
        return undefined
      }
      if (!isPressed) return undefined
      if (ENDS.includes(usage)) return finish()
      if (text.length <= MAX_LENGTH) text += characterOf(usage, shifts.size > 0, keyboard) ?? ''
      return undefined
    },
  }
}
