import { expect, test } from 'vitest'
import { redactConfig } from '../config/redact-config.ts'
import { createSieve } from './sieve.ts'

test.each([
  [
    'a known secret',
    'the token is hunter2hunter2, twice: HUNTER2hunter2',
    'the token is [secret], twice: [secret]',
  ],
  ['a secret as JSON spells it', String.raw`{"a":"back\\slash\"quote"}`, '{"a":"[secret]"}'],
  ['an API key', 'key seam_test1_ABCdef123456 was refused', 'key [secret] was refused'],
  ['a bearer token', 'authorization: Bearer abc.def-123', 'authorization: Bearer [secret]'],
  ['the password of a proxy', 'via http://joe:secret@proxy:8080/', 'via http://[secret]@proxy:8080/'],
  ['the UID of a card', 'the card 04aabbccddee80 and 04AABBCC', 'the card ••••••••••••80 and ••••••CC'],
  [
    'an id that is none of them',
    'order 0b2f7b4e-7d0a-4d7c-9d5e-1f2a3b4c5d6e',
    'order 0b2f7b4e-7d0a-4d7c-9d5e-1f2a3b4c5d6e',
  ],
])('%s is blanked as it should be', (_, text, clean) => {
  const sieve = createSieve(
    ['hunter2', 'hunter2hunter2', 'back\\slash"quote', '', 'abc'],
    ['04AABBCCDDEE80', '04AABBCC'],
  )
  expect(sieve(text)).toBe(clean)
})

test('a sieve without anything to look for leaves a text as it is', () => {
  expect(createSieve([], [''])('a text')).toBe('a text')
})

test('keys and passwords of a configuration are blanked, and where a key lies is told', () => {
  const values = {
    hub: { endpoint: 'https://hub.example', caFile: '/etc/ca.pem' },
    seam: { apiKeyFile: '/etc/seam.key' },
    devices: [
      {
        driver: 'pcsc',
        name: 'Desk',
        secretFile: '/etc/key',
        options: { masterPassword: 'abc', pin: 1234, baudRate: 9600 },
      },
      { driver: 'x', name: 'Other', options: { password: 'abc', raw: 'A0A1A2A3A4A5' } },
    ],
    layouts: [
      {
        name: 'ours',
        content: {
          kind: 'record',
          key: { type: 'A', value: 'D3F7D3F7D3F7' },
          password: { file: '/etc/pwd' },
        },
      },
    ],
  }
  expect(redactConfig(values)).toEqual({
    hub: { endpoint: 'https://hub.example', caFile: '/etc/ca.pem' },
    seam: { apiKeyFile: '/etc/seam.key' },
    devices: [
      {
        driver: 'pcsc',
        name: 'Desk',
        secretFile: '/etc/key',
        options: { masterPassword: '[secret]', pin: '[secret]', baudRate: 9600 },
      },
      { driver: 'x', name: 'Other', options: { password: '[secret]', raw: '[secret]' } },
    ],
    layouts: [
      {
        name: 'ours',
        content: {
          kind: 'record',
          key: { type: '[secret]', value: '[secret]' },
          password: { file: '/etc/pwd' },
        },
      },
    ],
  })
})
