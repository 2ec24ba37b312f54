import { DriverId, type BridgeError, type MatchRule } from 'encoder-bridge/driver'
import type { Candidate } from '../../src/devices/candidate.ts'
import { createFinder, type DeviceSpec } from '../../src/devices/finder.ts'
import { adapter } from './fake-candidates.ts'

export const ftdi: MatchRule = {
  transport: 'serial',
  vendorId: '0403',
  productId: '6001',
  isOwn: false,
  note: 'FTDI',
}
export const twn4: MatchRule = {
  transport: 'serial',
  vendorId: '09d8',
  productId: '0420',
  isOwn: true,
  note: 'TWN4',
}

/** A device of the configuration: a serial one behind an FTDI adapter, unless it is told otherwise. */
export const spec = (
  name: string,
  told: Partial<DeviceSpec> & { readonly rules?: readonly MatchRule[] } = {},
): DeviceSpec => ({
  name,
  path: null,
  match: null,
  manifest: { id: DriverId.parse('fake'), transports: ['serial'], match: told.rules ?? [ftdi] },
  ...told,
})

/** A finder over a list of candidates that a test changes, and a memory that it can look into. */
export const look = (
  specs: readonly DeviceSpec[],
  plugged: readonly Candidate[],
  setUp: Readonly<Record<string, string>> = {},
) => {
  const state = {
    plugged,
    failure: null as BridgeError | null,
    links: {} as Record<string, string>,
    unlisted: [] as string[],
  }
  const known = new Map(Object.entries(setUp))
  const finder = createFinder(specs, {
    inventory: {
      look: () => Promise.resolve(state.plugged),
      current: () => state.plugged,
      failure: () => state.failure,
    },
    known: {
      identityAt: (name) => known.get(name) ?? null,
      setUp: (name, identity) => void known.set(name, identity),
    },
    resolveLink: (path) => Promise.resolve(state.links[path] ?? path),
    exists: (path) => Promise.resolve(state.unlisted.includes(path)),
  })
  return { finder, state, known }
}

export const a = adapter('/dev/ttyUSB0', { serialNumber: 'AAA111', usbPath: '1-1' })
export const b = adapter('/dev/ttyUSB1', { serialNumber: 'BBB222', usbPath: '1-2' })
export const isA = 'usb:0403:6001:AAA111'
export const isB = 'usb:0403:6001:BBB222'
