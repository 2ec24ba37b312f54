import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openSite, poll } from '../support/site.ts'
import type { Site } from '../support/site.ts'

const uid = 'DEADBEEF'
const script = fileURLToPath(import.meta.resolve('@seamapi/cli/cli'))

/** `seam …` as a process with a home of its own, nobody at its keyboard. Resolves with what it printed. */
const openSeamCommand = (site: Site) => {
  const home = join(site.folder, 'home')
  mkdirSync(home)
  return async (...words: readonly string[]): Promise<string> => {
    const child = spawn(process.execPath, [script, ...words], {
      env: { ...process.env, HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: home, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => printed.push(chunk))
    await once(child, 'close')
    return Buffer.concat(printed).toString()
  }
}

/** A field of the answer as the command prints it. */
const fieldOf = (printed: string, name: string): string | undefined =>
  new RegExp(`\\b${name}: '?([^',\\n]+)`).exec(printed)?.[1]

test('the official command line encodes, scans, changes the times, encodes again and revokes', async () => {
  await using site = await openSite({ uid })
  await site.startDaemon().ready
  const acs_encoder_id = await site.encoderId()
  const access_method_id = await site.newAccessMethod()
  const grants = await site.seam.accessGrants.list()
  const grant = grants.find((one) => one.access_method_ids.includes(access_method_id))
  const access_grant_id = grant?.access_grant_id ?? ''
  const seam = openSeamCommand(site)
  const settled = (attempt: string): Promise<string> =>
    poll(async () => {
      const id = fieldOf(attempt, 'action_attempt_id') ?? ''
      const now = await seam('action-attempts', 'get', '--action_attempt_id', id, '-y')
      return fieldOf(now, 'status') === 'pending' ? null : now
    })
  const encode = async (): Promise<string> =>
    settled(
      await seam(
        ...['access-methods', 'encode', '-y'],
        ...['--access_method_id', access_method_id, '--acs_encoder_id', acs_encoder_id],
      ),
    )
  const scan = async (): Promise<string> =>
    settled(await seam('acs', 'encoders', 'scan-credential', '--acs_encoder_id', acs_encoder_id, '-y'))
  const card = (): Promise<string> =>
    seam('access-methods', 'get', '--access_method_id', access_method_id, '-y')

  expect(await seam('login', '--server', site.endpoint, '--token', 'seam_wrong')).toMatch(/401|nauthorized/)
  expect(await seam('login', '--server', site.endpoint, '--token', site.apiKey)).toBe('')
  expect(await seam('acs', 'encoders', 'list', '-y')).toContain(acs_encoder_id)
  expect(fieldOf(await card(), 'is_issued')).toBe('false')

  const encoded = await encode()
  expect(fieldOf(encoded, 'action_type')).toBe('ENCODE_CREDENTIAL')
  expect(fieldOf(encoded, 'status')).toBe('success')
  expect(fieldOf(await card(), 'is_issued')).toBe('true')
  expect(await scan()).toContain('warnings: []')

  const ends_at = new Date(Date.now() + 3 * 86_400_000).toISOString()
  await seam('access-grants', 'update', '--access_grant_id', access_grant_id, '--ends_at', ends_at, '-y')
  expect(fieldOf(await card(), 'is_encoding_required')).toBe('true')
  expect(await scan()).toContain('acs_credential_on_encoder_out_of_sync')
  expect(fieldOf(await encode(), 'status')).toBe('success')
  expect(fieldOf(await card(), 'is_encoding_required')).toBe('false')

  expect(await seam('access-grants', 'delete', '--access_grant_id', access_grant_id, '-y')).toContain('[200]')
  expect(await card()).toContain('[404]')
  const events = await seam('events', 'list', '--access_method_id', access_method_id, '-y')
  expect([...events.matchAll(/event_type: '([^']+)'/g)].map(([, type]) => type)).toEqual([
    'access_method.created',
    'access_method.card_encoding_required',
    'access_method.issued',
    'access_method.card_encoding_required',
    'access_method.reissued',
    'access_method.revoked',
    'access_method.deleted',
  ])
}, 180_000)
