import type { SerialEmulator } from '../../../../src/contract/emulator.ts'
import type { Desk } from '../desk.ts'
import type { SerialDevice } from '../usb/serial-device.ts'

/** What the checks share: a desk whose encoder is an emulated PN532 on a USB adapter. */
export interface Bench extends AsyncDisposable {
  readonly emulator: SerialEmulator
  readonly adapter: SerialDevice
  readonly desk: Desk
}

/** One check inside the machine. It leaves the bench as it found it: adapter plugged in, no card in the field. */
export interface Check {
  readonly title: string
  /** Rejects when it fails. What it measured is printed. */
  run(bench: Bench): Promise<Readonly<Record<string, number>> | void>
}

/** How a check went, as one line of JSON. */
export interface Verdict {
  readonly title: string
  /** Why it failed; null when it passed. */
  readonly failure: string | null
  readonly tookMs: number
  /** It did not end: the bench is in no state to go on. */
  readonly isHanging: boolean
  readonly figures: Readonly<Record<string, number>>
}
