/** The time model that makes emulators' figures comparable: card times at 106 kbit/s, in milliseconds. */
export const CARD_TIME_MS = {
  authenticate: 2.05,
  read: 2.05,
  write: 6.4,
  /** InListPassiveTarget, for each card found. */
  find: 5,
  /** Until a chip gives up a silent card. */
  silence: 5,
} as const

/** Milliseconds that bytes take on a serial line: 8N1 is ten bits a byte. */
export const lineTimeMs = (sizeBytes: number, baudRate: number): number => (sizeBytes * 10_000) / baudRate
