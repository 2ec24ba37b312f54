import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHub } from './hub.ts'
import { readUpstream } from './hub-upstream.ts'

const KEY = 'seam_test1abc_secretsecretsecret'

const keyFile = async (text = `${KEY}\n`, mode = 0o600): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'key-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'seam.key')
  await writeFile(file, text)
  await chmod(file, mode)
  return file
}
const read = (flags: { url?: string | null; keyFile?: string | null; caFile?: string | null }, env = {}) =>
  readUpstream({ url: null, keyFile: null, caFile: null, ...flags }, env)

describe('the flags of a hub in front of Seam', () => {
  test('give address, key and way', async () => {
    const file = await keyFile()
    const options = read({ url: 'https://connect.getseam.com/', keyFile: file })
    expect(options).toMatchObject({ endpoint: 'https://connect.getseam.com', key: KEY, keyFile: file })
    expect(options?.connectionTo(new URL('https://connect.getseam.com'))).toEqual({})
  })

  test('go through HTTPS_PROXY, and not where NO_PROXY says', async () => {
    const flags = { url: 'https://seam.example', keyFile: await keyFile() }
    const wayOf = (env: object) => read(flags, env)?.connectionTo(new URL(flags.url))
    expect(wayOf({ HTTPS_PROXY: 'http://proxy.hotel:3128' })?.agent).toBeDefined()
    expect(wayOf({ HTTPS_PROXY: 'http://proxy.hotel:3128', NO_PROXY: 'seam.example' })).toEqual({})
  })

  test.for([
    [{ url: 'http://seam.example' }, 'hub_insecure', 'not on this computer'],
    [{ url: 'ftp://seam.example' }, 'config_invalid', '--upstream'],
    [{ url: 'seam.example' }, 'config_invalid', '--upstream'],
    [{ url: 'https://user:word@seam.example' }, 'config_invalid', 'leave user, password'],
    [{ url: 'https://seam.example/?a=b' }, 'config_invalid', 'query'],
    [{ url: 'https://seam.example', keyFile: null }, 'config_invalid', '--upstream-key-file'],
    [{ url: null }, 'config_invalid', '--upstream'],
    [{ url: 'https://seam.example', keyFile: '/no/such/file' }, 'config_invalid', '/no/such/file'],
    [
      { url: 'https://seam.example', caFile: '/no/such/ca' },
      'config_invalid',
      '--upstream-ca-file /no/such/ca',
    ],
  ] as const)('are refused where they make no sense: %j', async ([flags, code, text]) => {
    const file = await keyFile()
    expect(() => read({ keyFile: file, ...flags })).toThrow(
      expect.objectContaining({ code, detail: expect.stringContaining(text) }),
    )
  })

  test.for(['seam_at_abc', 'seam_cst_abc', 'seam_pk_abc', 'abc', 'seam_a b'])(
    'are refused when the file holds no API key, which is not shown: %s',
    async (text) => {
      const file = await keyFile(text)
      const reading = () => read({ url: 'https://seam.example', keyFile: file })
      expect(reading).toThrow(
        expect.objectContaining({ code: 'config_invalid', detail: expect.stringContaining(file) }),
      )
      expect(reading).not.toThrow(text)
    },
  )

  test.skipIf(process.platform === 'win32')(
    'are refused when others can read the key (no such modes on Windows)',
    async () => {
      const file = await keyFile(KEY, 0o640)
      expect(() => read({ url: 'https://seam.example', keyFile: file })).toThrow(
        expect.objectContaining({ code: 'config_invalid', detail: expect.stringContaining(file) }),
      )
    },
  )
})

test('a hub in front of Seam is not seeded', async () => {
  const upstream = { url: 'https://seam.example', keyFile: await keyFile(), caFile: null }
  const options = { dataDir: '/nowhere', host: '127.0.0.1', port: 0, tls: null, publicUrl: null }
  const started = startHub({ ...options, seed: 'demo', upstream })
  await expect(started).rejects.toMatchObject({ code: 'request_invalid' })
})
