import type { CardDevice, Scanner } from '../contract/device.ts'

/** What a session can lease. */
export type LeasableDevice = CardDevice | Scanner
