import { describe, expect, test } from 'vitest'
import {
  describeCandidate,
  identitiesOf,
  identityAmong,
  isFirm,
  isTelling,
  plainText,
  toldIdentity,
} from '../../src/devices/candidate.ts'
import { adapter, hidDevice, reader } from './fake-candidates.ts'

describe('a serial number', () => {
  test.each(['A50285BI', '0123AB', 'FT4X9QZ1', '55041820205112', '00217'])('%s tells', (serialNumber) => {
    expect(isTelling(serialNumber)).toBe(true)
  })

  test.each([
    null,
    '',
    ' ',
    '0000',
    '0001',
    '00000001',
    '1',
    '123456',
    '0123456789ABCDEF',
    '1234567890',
    'FFFFFF',
    'None',
    'N/A',
    'Serial Number',
  ])('%j tells nothing', (serialNumber) => {
    expect(isTelling(serialNumber)).toBe(false)
  })
})

describe('a device is known', () => {
  test('by its USB serial number before its port', () => {
    const candidate = adapter('/dev/ttyUSB0', { serialNumber: 'A50285BI', usbPath: '1-2' })
    expect(identitiesOf(candidate)).toEqual(['usb:0403:6001:A50285BI', 'port:1-2:0403:6001'])
  })

  test('by the port that it is plugged into where its serial number tells nothing', () => {
    const candidate = adapter('/dev/ttyUSB0', { serialNumber: '0001', usbPath: '1-2.3' })
    expect(identityAmong(candidate, [candidate])).toBe('port:1-2.3:0403:6001')
  })

  test('by which of its ports it is, where an adapter has two', () => {
    const told = { productId: '6010', serialNumber: 'FT1', usbPath: '1-2' }
    const one = adapter('/dev/ttyUSB0', told)
    const two = adapter('/dev/ttyUSB1', { ...told, interfaceNumber: 1 })
    expect([one, two].map((candidate) => identityAmong(candidate, [one, two]))).toEqual([
      'usb:0403:6010:FT1',
      'usb:0403:6010:FT1:1',
    ])
  })

  test('by its port when another device beside it has the same serial number', () => {
    const one = adapter('/dev/ttyUSB0', { serialNumber: 'SAME77', usbPath: '1-1' })
    const two = adapter('/dev/ttyUSB1', { serialNumber: 'SAME77', usbPath: '1-2' })
    expect([one, two].map((candidate) => identityAmong(candidate, [one, two]))).toEqual([
      'port:1-1:0403:6001',
      'port:1-2:0403:6001',
    ])
  })

  test('by one identity, however many faces it has', () => {
    const told = { serialNumber: 'P1X9', usbPath: '1-4' }
    const faces = [
      hidDevice('/dev/hidraw0', { ...told, usagePage: 1, usage: 6 }),
      hidDevice('/dev/hidraw1', { ...told, usagePage: 0xff00, usage: 1 }),
    ]
    expect(faces.map((face) => identityAmong(face, faces))).toEqual([
      'usb:0c27:3bfa:P1X9',
      'usb:0c27:3bfa:P1X9',
    ])
  })

  test.each([
    [
      'ACS ACR1252 Reader [ACR1252 Reader PICC] (0123AB) 00 00',
      'reader:ACS ACR1252 Reader [ACR1252 Reader PICC]:0123AB',
    ],
    ['ACS ACR122U PICC Interface 00 00', 'path:ACS ACR122U PICC Interface 00 00'],
    ['OMNIKEY 5022 [CL] (000000) 01 00', 'path:OMNIKEY 5022 [CL] (000000) 01 00'],
  ])('as a reader by the serial number in its name: %s', (name, identity) => {
    const candidate = reader(name)
    expect(identityAmong(candidate, [candidate])).toBe(identity)
  })

  test('by its path alone where nothing tells it', () => {
    const candidate = adapter('/dev/ttyS0', { vendorId: null, productId: null })
    const identity = identityAmong(candidate, [candidate])
    expect(identity).toBe('path:/dev/ttyS0')
    expect(isFirm(identity)).toBe(false)
  })

  test('by what its protocol tells, unless that is nothing', () => {
    expect(toldIdentity('twn4', 'E0042')).toBe('told:twn4:E0042')
    expect(toldIdentity('twn4', '0000')).toBeNull()
    expect(toldIdentity('twn4', null)).toBeNull()
  })
})

test('people tell candidates apart by what they can see', () => {
  expect(describeCandidate(adapter('/dev/ttyUSB0', { serialNumber: 'A5', usbPath: '1-2' }))).toBe(
    '/dev/ttyUSB0 (FTDI FT232R, serial number A5, port 1-2)',
  )
  expect(describeCandidate(reader('ACS ACR122U 00 00'))).toBe('ACS ACR122U 00 00')
})

test('what a device says of itself is text without anything that a terminal or a log would obey', () => {
  expect(plainText('A5\u001b[2J\r\nready\u009b1m\u202egnp')).toBe('A5�[2J��ready�1m�gnp')
  expect(plainText('Grüße 株式会社')).toBe('Grüße 株式会社')
})
