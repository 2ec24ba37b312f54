import { expect, test } from 'vitest'
import { parseLinkPath } from './link-path.ts'

test.each([
  ['tcp://lock:4000', { kind: 'connect', transport: 'tcp', host: 'lock', port: 4000 }],
  ['tcp://10.0.0.5:1', { kind: 'connect', transport: 'tcp', host: '10.0.0.5', port: 1 }],
  ['tcp://[fe80::1]:65535/', { kind: 'connect', transport: 'tcp', host: 'fe80::1', port: 65_535 }],
  ['TCP://Lock_1.example:80', { kind: 'connect', transport: 'tcp', host: 'Lock_1.example', port: 80 }],
  [
    'tcp-listen://0.0.0.0:5010',
    { kind: 'listen', transport: 'tcp', host: '0.0.0.0', port: 5010, from: null },
  ],
  [
    'tcp-listen://[::]:5010?from=[fe80::2]',
    { kind: 'listen', transport: 'tcp', host: '::', port: 5010, from: 'fe80::2' },
  ],
  ['https://lock.example', { kind: 'request', transport: 'http', url: 'https://lock.example' }],
  ['http://127.0.0.1:8080/a/', { kind: 'request', transport: 'http', url: 'http://127.0.0.1:8080/a' }],
])('%s', (path, link) => {
  expect(parseLinkPath(path)).toEqual(link)
})

test.each(['/dev/ttyUSB0', 'COM3', String.raw`\\.\COM10`, 'ACS ACR122U 00 00', 'tcp:lock:4000'])(
  '%s is no link',
  (path) => {
    expect(parseLinkPath(path)).toBeNull()
  },
)

test.each([
  'tcp://:4000',
  'tcp://a b:4000',
  'tcp://h%00:4000',
  'tcp://lock:4000#x',
  'https://',
  'https://a/?key=1',
])('%s is refused', (path) => {
  expect(() => parseLinkPath(path)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})
