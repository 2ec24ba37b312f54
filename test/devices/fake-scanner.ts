import type { BridgeError, Scanner, ScannerRead } from 'encoder-bridge/driver'

/** A scanner that reads what a test shows it. Like a driver's it has one listener at a time. */
export interface FakeScanner extends Scanner {
  show(read: ScannerRead): void
  smudge(error: BridgeError): void
  readonly listeners: () => number
}

export const badge: ScannerRead = {
  technology: 'em4100',
  data: Uint8Array.of(0x12, 0x34),
  bitCount: null,
  symbology: null,
}

export const createFakeScanner = (): FakeScanner => {
  let onRead: ((read: ScannerRead) => void) | null = null
  let onMisread: ((error: BridgeError) => void) | null = null
  return {
    kind: 'scanner',
    info: { model: 'Fake scanner', firmware: '1', serialNumber: null },
    probe: () => Promise.resolve(),
    onLost: () => undefined,
    close: () => Promise.resolve(),
    onRead: (observer) => {
      if (onRead !== null) throw new Error('a second listener')
      onRead = observer
      return () => {
        onRead = null
      }
    },
    onMisread: (observer) => {
      onMisread = observer
      return () => {
        onMisread = null
      }
    },
    show: (read) => onRead?.(read),
    smudge: (error) => onMisread?.(error),
    listeners: () => (onRead === null ? 0 : 1),
  }
}
