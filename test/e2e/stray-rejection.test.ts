import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startCommand } from '../support/command.ts'
import { poll } from '../support/site.ts'

/** What a driver with a forgotten `await` does, a second after the start. */
const stray = `data:text/javascript,${encodeURIComponent(
  "setTimeout(() => void Promise.reject(new Error('nobody awaits this')), 1000)",
)}`

test('a promise that nobody awaited is logged, and the daemon lives on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stray-'))
  const daemon = startCommand(['run', '--data', join(folder, 'desk'), '--port', '0', '--json'], {
    NODE_OPTIONS: `--import ${stray}`,
  })
  try {
    const { endpoint } = (await daemon.ready) as { endpoint: string }
    await poll(async () => (daemon.output().includes('that nobody awaited') ? true : null))
    expect(daemon.output()).toContain('nobody awaits this')
    expect((await fetch(`${endpoint}/healthz`)).status).toBe(200)
    expect(await daemon.stop()).toBe(0)
  } finally {
    await daemon.kill()
    rmSync(folder, { recursive: true })
  }
})
