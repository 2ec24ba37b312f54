import { expect, test } from 'vitest'
import { createLayouts } from '../cards/layouts/index.ts'
import { Config } from '../config/schema.ts'
import { encoderSettings } from './encoder-settings.ts'

const members = [{ name: 'Desk 1', address: '01' }]

/** What the daemon makes of one configured device, or the detail of its refusal. */
const settle = (device: object): Promise<unknown> =>
  encoderSettings(Config.parse({ devices: [{ name: 'Hotel', ...device }] }), createLayouts([])).catch(
    ({ code, detail }: { code: string; detail: string }) => {
      expect(code).toBe('config_invalid')
      return detail
    },
  )

test('a key system has its encoders, and every other device is one', async () => {
  expect(await settle({ driver: 'fias', path: 'tcp://pms.example:5010', encoders: members })).toMatchObject([
    { name: 'Hotel', path: 'tcp://pms.example:5010', encoders: members, secretFile: null },
  ])
  expect(await settle({ driver: 'salto', path: 'COM3', encoders: members })).toMatchObject([{ path: 'COM3' }])
  expect(await settle({ driver: 'salto', match: { serialNumber: 'A1' }, encoders: members })).toMatchObject([
    { path: null, match: { serialNumber: 'A1' } },
  ])
  expect(await settle({ driver: 'pn532', path: '/dev/ttyUSB0' })).toMatchObject([{ encoders: [] }])
})

test.each([
  [
    'a key system without encoders',
    { driver: 'fias', path: 'tcp://pms.example:5010' },
    'The device “Hotel”: encoders: fias is a lock system, whose encoders are listed; write encoders: [{ name: …, address: … }], with what the lock system calls each as its address.',
  ],
  [
    'encoders of a card device',
    { driver: 'pn532', path: '/dev/ttyUSB0', encoders: members },
    'The device “Hotel”: encoders: pn532 is no lock system; the device is the one encoder.',
  ],
  [
    'a key system that is nowhere',
    { driver: 'fias', encoders: members },
    'The device “Hotel”: path: fias is reached at a path; write tcp://host:port or tcp-listen://address:port.',
  ],
  [
    'a serial port where there is none',
    { driver: 'fias', path: 'COM3', encoders: members },
    'The device “Hotel”: path: fias is reached at a path; write tcp://host:port or tcp-listen://address:port.',
  ],
  [
    'a network where there is none',
    { driver: 'pn532', path: 'tcp://pms.example:5010' },
    'The device “Hotel”: path: pn532 is not reached over tcp; write a serial port.',
  ],
  [
    'a key where nobody is asked for one',
    { driver: 'fias', path: 'tcp://pms.example:5010', encoders: members, secretFile: process.execPath },
    'The device “Hotel”: secretFile: fias asks no server; it takes none.',
  ],
])('%s is told at the start', async (_, device, detail) => {
  expect(await settle(device)).toBe(detail)
})
