import {
  BridgeError,
  type EmulatorOptions,
  type KeyboardEmulator,
  type KeyEvent,
} from 'encoder-bridge/driver'

const noField = (): never => {
  throw new BridgeError('not_supported', 'A scanner is shown codes with `present`; it has no field.')
}

const LEFT_SHIFT = 0xe1
const ENTER = 0x28

/** Keys of a US keyboard: usage, and whether shift is held (HID Usage Tables §10, table 12). */
const keys = new Map<string, readonly [usage: number, isShifted: boolean]>()
const row = (firstUsage: number, plain: string, shifted: string): void => {
  for (const [index, character] of [...plain].entries()) keys.set(character, [firstUsage + index, false])
  for (const [index, character] of [...shifted].entries()) keys.set(character, [firstUsage + index, true])
}
row(0x04, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
row(0x1e, '1234567890', '!@#$%^&*()')
row(0x2c, ' -=[]\\', '')
row(0x2d, '', '_+{}|')
row(0x33, ";'`,./", ':"~<>?')

/**
 * Makes a scanner in keyboard mode: AIM identifier where the symbology is told, the text as on a US keyboard, Enter.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `unreadable`: the next presentation types two characters more than any code has, and Enter
 * - `noEnter`: the next text is not ended
 */
export const createTypingScanner = ({ clock }: EmulatorOptions): KeyboardEmulator => {
  const faults = new Map<string, number>()
  let send: ((key: KeyEvent) => void) | undefined

  const take = (fault: string): boolean => {
    const left = faults.get(fault) ?? 0
    if (left > 0) faults.set(fault, left - 1)
    return left > 0
  }

  const tell = (usage: number, isPressed: boolean): void => send?.({ usage, isPressed, atMs: clock.now() })
  const type = (usage: number, isShifted: boolean): void => {
    if (isShifted) tell(LEFT_SHIFT, true)
    tell(usage, true)
    tell(usage, false)
    if (isShifted) tell(LEFT_SHIFT, false)
  }

  return {
    kind: 'keyboard',
    connect: (next) => {
      send = next
    },
    placeCard: noField,
    removeCard: noField,
    dumpCard: noField,
    countWrites: noField,
    present: ({ technology, data, symbology = '' }) => {
      if (technology !== 'barcode') {
        throw new BridgeError('not_supported', `A bar code scanner reads no ${technology}.`)
      }
      const text = take('unreadable') ? '9'.repeat(8194) : symbology + String.fromCharCode(...data)
      for (const character of text) {
        const key = keys.get(character)
        if (key === undefined) throw new BridgeError('not_supported', `A US keyboard has no “${character}”.`)
        type(...key)
      }
      if (!take('noEnter')) type(ENTER, false)
    },
    inject: ({ fault, count = 1 }) => {
      if (fault !== 'unreadable' && fault !== 'noEnter') {
        throw new BridgeError('request_invalid', `There is no fault "${fault}".`)
      }
      faults.set(fault, count)
    },
    powerCycle: () => faults.clear(),
    close: () => {
      send = undefined
    },
  }
}
