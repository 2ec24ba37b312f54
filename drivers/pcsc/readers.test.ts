import { expect, test } from 'vitest'
import pcsc from './index.ts'
import { profileOf, serialNumberOf } from './readers.ts'

/** Names as pcscd makes them (libccid `readers/supported_readers.txt`) and as Windows does. */
const contactless = [
  ['ACS ACR122U PICC Interface 00 00', 'ACS ACR122U'],
  ['ACS ACR122 0', 'ACS ACR122U'],
  ['ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] (0123456789) 00 00', 'ACS ACR1252U, ACR1552U'],
  ['ACS ACR1252 Dual Reader PICC 0', 'ACS ACR1252U, ACR1552U'],
  ['ACS ACR1552 1S CL Reader PICC 0', 'ACS ACR1252U, ACR1552U'],
  ['ACS ACR1281 1S Dual Reader PICC 0', 'ACS ACR128, ACR1281U'],
  ['HID Global OMNIKEY 5022 Smart Card Reader 0', 'HID OMNIKEY'],
  ['HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422CL Smartcard Reader] (OK1) 00 00', 'HID OMNIKEY'],
  ['HID OMNIKEY 5427 CK 0', 'HID OMNIKEY'],
  ['OMNIKEY CardMan 5x21-CL 0', 'HID OMNIKEY'],
] as const
const others = [
  'ACS ACR1252 Dual Reader [ACR1252 Dual Reader SAM] (0123456789) 01 00',
  'ACS ACR1281 1S Dual Reader ICC 0',
  'HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422 Smartcard Reader] (OK1) 01 00',
  'OMNIKEY CardMan 5x21 0',
  'HID Global OMNIKEY 3x21 Smart Card Reader 0',
  'Alcor Micro AU9540 00 00',
]
const general = ['SCM Microsystems Inc. SCL010 Contactless Reader 00 00', 'Identiv uTrust 3700 F CL Reader 0']

const rulesFor = (name: string): readonly boolean[] =>
  pcsc.manifest.match.flatMap((rule) =>
    rule.transport === 'pcsc' && new RegExp(rule.readerName).test(name) ? [rule.isOwn] : [],
  )

test.each(contactless)('%s is recognised as the driver’s own, of the family %s', (name, model) => {
  expect(rulesFor(name)[0]).toBe(true)
  expect(profileOf(name).model).toBe(model)
})

test.each(others)('%s is nobody’s: it has no antenna', (name) => {
  expect(rulesFor(name)).toEqual([])
})

test.each(general)('%s is taken only when somebody asks for it, and follows PC/SC part 3', (name) => {
  expect(rulesFor(name)).toEqual([false])
  expect(profileOf(name)).toMatchObject({ model: name, dialect: null, hasDirectTransmit: false })
})

test('the serial number is in the name where pcscd found one', () => {
  expect(serialNumberOf('ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] (0123AB) 00 00')).toBe('0123AB')
  expect(serialNumberOf('ACS ACR122U PICC Interface 00 00')).toBeNull()
  expect(serialNumberOf('ACS ACR122 0')).toBeNull()
})
