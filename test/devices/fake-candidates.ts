import type { Candidate } from '../../src/devices/candidate.ts'

/** A serial port of a USB adapter, as Linux lists it. */
export const adapter = (path: string, told: Partial<Candidate> = {}): Candidate => ({
  transport: 'serial',
  path,
  vendorId: '0403',
  productId: '6001',
  serialNumber: null,
  usbPath: null,
  interfaceNumber: 0,
  usagePage: null,
  usage: null,
  label: 'FTDI FT232R',
  ...told,
})

export const hidDevice = (path: string, told: Partial<Candidate> = {}): Candidate =>
  adapter(path, { transport: 'hid', vendorId: '0c27', productId: '3bfa', label: 'pcProx', ...told })

/** A reader of the smart-card service, which tells nothing but its name. */
export const reader = (name: string): Candidate =>
  adapter(name, { transport: 'pcsc', vendorId: null, productId: null, label: '' })
