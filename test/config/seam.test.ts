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
