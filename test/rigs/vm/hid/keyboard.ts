import type { KeyboardEmulator } from '../../../../src/contract/emulator.ts'
import type { HidFacts, KeyEvent } from '../../../../src/contract/transport.ts'
import type { HidCore } from './hid-core.ts'

/** Page 1 (generic desktop), keyboard. */
const [USAGE_PAGE, USAGE] = [0x01, 0x06]
/** Modifiers, one reserved byte, six keys (HID 1.11, appendix B.1); without the lights. */
const reportDescriptor = Uint8Array.of(
  ...[0x05, USAGE_PAGE, 0x09, USAGE, 0xa1, 0x01],
  ...[0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02],
  ...[0x75, 0x08, 0x95, 0x01, 0x81, 0x01],
  ...[0x19, 0x00, 0x29, 0x65, 0x15, 0x00, 0x25, 0x65, 0x75, 0x08, 0x95, 0x06, 0x81, 0x00],
  0xc0,
)
const FIRST_MODIFIER = 0xe0

const reportOf = (pressed: ReadonlySet<number>): Uint8Array => {
  const modifiers = [...pressed].filter((usage) => usage >= FIRST_MODIFIER)
  const keys = [...pressed].filter((usage) => usage < FIRST_MODIFIER).slice(0, 6)
  const bits = modifiers.reduce((sum, usage) => sum | (1 << (usage - FIRST_MODIFIER)), 0)
  return Uint8Array.of(bits, 0, ...keys, ...Array<number>(6 - keys.length).fill(0))
}

const noFeature = (): never => {
  throw new Error('a keyboard has no feature report')
}

/**
 * A device that types, as a HID keyboard. It types as fast as it is asked: the kernel keeps 64 events for a reader, three for
 * each report, and forgets the rest (drivers/input/evdev.c).
 */
export const createKeyboard = (
  emulator: Pick<KeyboardEmulator, 'connect'>,
  identity: Omit<HidFacts, 'usagePage' | 'usage'>,
): HidCore => ({
  facts: { ...identity, usagePage: USAGE_PAGE, usage: USAGE },
  reportDescriptor,
  connect: (send) => {
    const pressed = new Set<number>()
    emulator.connect(({ usage, isPressed }: KeyEvent) => {
      if (isPressed) pressed.add(usage)
      else pressed.delete(usage)
      send(reportOf(pressed))
    })
  },
  receive: () => undefined,
  setFeature: noFeature,
  getFeature: noFeature,
})
