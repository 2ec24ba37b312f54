/**
 * The vocabulary that drivers share with the daemon. Import it as `encoder-bridge/driver`.
 * It is a leaf: nothing of the daemon is reachable from here.
 * @module
 */
export * from './card.ts'
export * from './device.ts'
export * from './driver.ts'
export * from './emulator.ts'
export * from './errors.ts'
export * from './ids.ts'
export * from './key-system.ts'
export * from './local-time.ts'
export * from './match.ts'
export * from './transport.ts'
