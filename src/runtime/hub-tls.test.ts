import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, describe, expect } from 'vitest'
import { privateAuthority, testCertificate } from '../../test/support/tls-certificate.ts'
import { startHub } from './hub.ts'

const test = base.extend<{ dataDir: string }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the fixtures' names from the pattern
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  },
})

describe('the files of the certificate', () => {
  const start = async (dataDir: string, cert: string, key: string, keyMode: number) => {
    const tls = { certFile: join(dataDir, 'cert.pem'), keyFile: join(dataDir, 'key.pem') }
    await writeFile(tls.certFile, cert)
    await writeFile(tls.keyFile, key)
    await chmod(tls.keyFile, keyMode)
    const options = { host: '127.0.0.1', port: 0, seed: null, publicUrl: null, upstream: null }
    return startHub({ ...options, dataDir: join(dataDir, 'hub'), tls })
  }

  test('are read by the command', async ({ dataDir }) => {
    const hub = await start(dataDir, testCertificate.cert, testCertificate.key, 0o600)
    expect(hub.endpoint).toMatch(/^https:/)
    await hub.close()
  })

  test.skipIf(process.platform === 'win32')(
    'are refused when others can read the key (no such modes on Windows)',
    async ({ dataDir }) => {
      const started = start(dataDir, testCertificate.cert, testCertificate.key, 0o640)
      await expect(started).rejects.toMatchObject({
        code: 'config_invalid',
        detail: expect.stringContaining('can be read by others') as string,
      })
    },
  )

  test('are refused when they don’t belong together, or are none', async ({ dataDir }) => {
    for (const [cert, key] of [
      [privateAuthority.cert, testCertificate.key],
      ['no certificate', testCertificate.key],
      [testCertificate.cert, 'no key'],
    ] as const) {
      await expect(start(dataDir, cert, key, 0o600)).rejects.toMatchObject({ code: 'config_invalid' })
    }
  })
})
