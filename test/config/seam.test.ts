import { expect, test } from 'vitest'
import { Config } from '../../src/config/schema.ts'

const seam = { apiKeyFile: '/etc/encoder-bridge/seam-key' }

test('REST mode needs a key file alone', () => {
  expect(Config.parse({ seam }).seam).toEqual({
    apiKeyFile: '/etc/encoder-bridge/seam-key',
    endpoint: 'https://connect.getseam.com',
    pollSeconds: 30,
  })
  expect(Config.parse({}).seam).toBeUndefined()
})

test.each<[string, object]>([
  ['a key in the configuration itself', { apiKey: 'seam_secret', ...seam }],
  ['a relative path', { apiKeyFile: 'seam-key' }],
  ['plain http to another computer', { ...seam, endpoint: 'http://seam.example' }],
  ['questions in every second', { ...seam, pollSeconds: 1 }],
])('REST mode refuses %s', (_, wrong) => {
  expect(Config.safeParse({ seam: wrong }).success).toBe(false)
})

test('a desk works for a hub or for Seam itself, and not for both', () => {
  const both = Config.safeParse({ seam, hub: { endpoint: 'https://hub.example' } })
  expect(both.error?.issues).toEqual([
    expect.objectContaining({
      path: ['seam'],
      message: 'stands beside hub.endpoint; a desk works for a hub or for Seam itself',
    }),
  ])
})

const acsSystemId = '1f0e8a4c-6c7b-4f0e-9c55-0a5d3c9b7e10'
const withReports = (encoders: readonly object[]) =>
  Config.safeParse({
    seam: { ...seam, reportDevices: { acsSystemId, encoders } },
    devices: [
      { driver: 'virtual', name: 'Front Desk' },
      {
        driver: 'seam-remote',
        name: 'Seam',
        path: 'https://connect.getseam.com',
        secretFile: seam.apiKeyFile,
        encoders: [{ name: 'Elsewhere', address: '2b4b4b1e-9c6b-4c8e-8f42-0a5d3c9b7e11' }],
      },
    ],
  })

test('Seam may be told of encoders of this computer, by name in any case of letters', () => {
  const told = withReports([{ name: 'front desk', number: '1' }])
  expect(told.data?.seam?.reportDevices?.encoders).toEqual([{ name: 'front desk', number: '1' }])
})

test.each<[string, readonly object[], readonly (string | number)[]]>([
  ['no encoder', [], []],
  ['one that nobody has', [{ name: 'Lobby', number: '1' }], [0, 'name']],
  ['one that Seam reaches itself', [{ name: 'Elsewhere', number: '1' }], [0, 'name']],
  ['one without its number', [{ name: 'Front Desk' }], [0, 'number']],
  [
    'one by two numbers',
    [
      { name: 'Front Desk', number: '1' },
      { name: 'front desk', number: '2' },
    ],
    [1, 'name'],
  ],
])('Seam is told of no such encoder: %s', (_, encoders, path) => {
  expect(withReports(encoders).error?.issues.map((issue) => issue.path)).toEqual([
    ['seam', 'reportDevices', 'encoders', ...path],
  ])
})
