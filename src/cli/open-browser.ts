import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BridgeError } from '../contract/errors.ts'

/** What opens a file in the user's browser; null where nobody could see one. On Windows and macOS it is *untested*. */
const openerOn = (
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): readonly [string, ...string[]] | null => {
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  if (platform === 'darwin') return ['open']
  // xdg-open without a display falls back to browsers for text terminals, which can't show the page.
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : null
}

const launch = ([command, ...words]: readonly [string, ...string[]], file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...words, file], { stdio: 'ignore' })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ended with ${String(code)}`))
    })
  })

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;' }

/** A page that leads to the address at once. */
const pageTo = (url: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${url.replaceAll(/[&"<]/g, (character) => escapes[character] ?? '')}"><title>encoder-bridge</title>\n`

/** The browser has read a file of a few hundred bytes long before. */
const READ_WITHIN_MS = 5_000

/**
 * Opens an address that is a secret in the user's browser. Every user of the computer sees the words of a command, so that the browser is
 * given a file, readable by this user alone, that leads there (as Jupyter does: jupyter-server, `use_redirect_file`). Rejects
 * `browser_unavailable`.
 */
export const openBrowser = async (
  url: string,
  { pause }: { readonly pause: (durationMs: number) => Promise<unknown> },
): Promise<void> => {
  const opener = openerOn(process.platform, process.env)
  if (opener === null) throw new BridgeError('browser_unavailable', 'This session has no display.')
  const folder = await mkdtemp(join(tmpdir(), 'encoder-bridge-open-'))
  try {
    const file = join(folder, 'open.html')
    await writeFile(file, pageTo(url), { mode: 0o600 })
    await launch(opener, file).catch((cause: unknown) => {
      throw new BridgeError('browser_unavailable', `${opener[0]} could not open it.`, { cause })
    })
    await pause(READ_WITHIN_MS)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
