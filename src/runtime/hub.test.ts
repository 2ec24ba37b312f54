import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHub } from './hub.ts'

test.for(['http://keys.example', 'ftp://keys.example', 'keys.example', 'https://keys.example/?a=b'])(
  'a hub whose public address is %s does not start, and leaves nothing behind',
  async (publicUrl, { onTestFinished }) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-'))
    onTestFinished(() => rm(dataDir, { recursive: true }))
    const started = startHub({
      dataDir,
      host: '127.0.0.1',
      tls: null,
      port: 0,
      seed: null,
      publicUrl,
      upstream: null,
    })
    await expect(started).rejects.toMatchObject({ code: 'request_invalid' })
    expect(await readdir(dataDir)).toEqual([])
  },
)
