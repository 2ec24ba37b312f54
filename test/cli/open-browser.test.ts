import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { openBrowser } from '../../src/cli/open-browser.ts'
import { testUnless } from '../support/skip.ts'

const onLinux = testUnless(process.platform === 'linux' ? null : 'opening a browser: xdg-open is for Linux')

const url = 'http://127.0.0.1:27411/?a=1&b="2"#code=c4n4ry'
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-'))
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`)
  vi.stubEnv('DISPLAY', ':0')
  vi.stubEnv('WAYLAND_DISPLAY', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** A browser that keeps the words of its command, and the file that it was given with its mode. */
const installOpener = (code: number): void => {
  const script = `#!/bin/sh\necho "$@" > ${folder}/words\ncat "$1" > ${folder}/page\nstat -c %a "$1" > ${folder}/mode\nexit ${code}\n`
  writeFileSync(join(folder, 'xdg-open'), script)
  chmodSync(join(folder, 'xdg-open'), 0o755)
}
const kept = (name: string): string => readFileSync(join(folder, name), 'utf8').trim()

onLinux('the browser is led to the link by a file of its user, which goes once it was read', async () => {
  installOpener(0)
  let waitedMs = 0
  let wasThere = false
  const pause = (durationMs: number): Promise<void> => {
    waitedMs = durationMs
    wasThere = existsSync(kept('words'))
    return Promise.resolve()
  }
  await openBrowser(url, { pause })
  expect(kept('page')).toContain('url=http://127.0.0.1:27411/?a=1&amp;b=&quot;2&quot;#code=c4n4ry"')
  expect(kept('mode')).toBe('600')
  expect(kept('words')).not.toContain('c4n4ry')
  expect({ waitedMs, wasThere }).toEqual({ waitedMs: 5_000, wasThere: true })
  expect(existsSync(kept('words'))).toBe(false)
})

onLinux('where nothing can show a page, what to do instead is told', async () => {
  installOpener(0)
  vi.stubEnv('DISPLAY', '')
  const failed = openBrowser(url, { pause: () => Promise.resolve() })
  await expect(failed).rejects.toMatchObject({ code: 'browser_unavailable' })
  await expect(failed).rejects.toHaveProperty('facts.nextStep', expect.stringContaining('open --print'))
  expect(existsSync(join(folder, 'words'))).toBe(false)
})

onLinux.each([
  ['that fails', () => installOpener(3)],
  ['that is not installed', () => vi.stubEnv('PATH', folder)],
])('an opener %s leaves no file behind', async (_, prepare) => {
  prepare()
  await expect(openBrowser(url, { pause: () => Promise.resolve() })).rejects.toMatchObject({
    code: 'browser_unavailable',
  })
  const words = existsSync(join(folder, 'words')) ? kept('words') : ''
  expect(words === '' || !existsSync(words)).toBe(true)
})
