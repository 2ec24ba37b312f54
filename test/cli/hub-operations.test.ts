import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startHub } from '../../src/hub/hub.ts'
import { openDir, runCommand } from '../support/command-line.ts'
import pino from 'pino'

/** A hub, and the commands run against it as its operator does on its own computer. */
const openRig = async () => {
  const dir = openDir()
  const dataDir = join(dir.path, 'hub')
  const hub = await startHub({ dataDir, port: 0, seed: 'demo', logger: pino({ level: 'silent' }) })
  const run = (...words: string[]) => runCommand([...words, '--hub', hub.endpoint, '--data', dataDir])
  return {
    hub,
    run,
    json: async (...words: string[]): Promise<unknown> => JSON.parse((await run(...words, '--json')).out),
    keyFile: () => readFileSync(join(dataDir, 'api-key'), 'utf8').trim(),
    [Symbol.asyncDispose]: async () => {
      await hub.close()
      dir[Symbol.dispose]()
    },
  }
}

const Key = z.object({ api_key_id: z.string(), key: z.string().optional() })

test('a key is made, listed without itself, rotated and revoked', async () => {
  await using rig = await openRig()
  const made = Key.parse(await rig.json('hub', 'keys', 'create', 'PMS'))
  expect(made.key).toMatch(/^seam_hub_/)
  const listed = await rig.run('hub', 'keys', 'list')
  expect(listed.out).toContain(made.api_key_id)
  expect(listed.out).not.toContain(made.key)
  const rotated = Key.parse(await rig.json('hub', 'keys', 'rotate', made.api_key_id))
  expect(rotated.key).not.toBe(made.key)
  expect((await rig.run('hub', 'keys', 'revoke', rotated.api_key_id)).code).toBe(0)
  expect((await rig.run('hub', 'keys', 'revoke', rotated.api_key_id)).code).toBe(6)
})

test('the hub’s own key is rotated, and its file follows', async () => {
  await using rig = await openRig()
  const [own] = z.array(Key).parse(await rig.json('hub', 'keys', 'list'))
  expect((await rig.run('hub', 'keys', 'rotate', own?.api_key_id ?? '')).code).toBe(0)
  expect(rig.keyFile()).not.toBe(rig.hub.apiKey)
  expect((await rig.run('hub', 'bridges', 'list')).out).toBe('No desk is paired.\n')
})

test('enrolment tokens are printed one a line, and ended', async () => {
  await using rig = await openRig()
  const [system] = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) }).parse(
    await (
      await fetch(`${rig.hub.endpoint}/acs/systems/list`, {
        headers: { authorization: `Bearer ${rig.hub.apiKey}` },
      })
    ).json(),
  ).acs_systems
  const site = system?.acs_system_id ?? ''
  const made = await rig.run('hub', 'enrol', 'create', '--site', site, '--count', '3', '--expires', '1')
  expect(made.out.trim().split('\n')).toHaveLength(3)
  expect(made.out).toMatch(/^(?:ebe_[0-9a-f]{48}\n){3}$/)
  const tokens = z
    .array(z.object({ enrolment_token_id: z.string(), state: z.string() }))
    .parse(await rig.json('hub', 'enrol', 'list'))
  expect(tokens.map(({ state }) => state)).toEqual(['unused', 'unused', 'unused'])
  const ended = await rig.run('hub', 'enrol', 'revoke', tokens[0]?.enrolment_token_id ?? '')
  expect(ended.code).toBe(0)
})

test('without a key nothing is asked', async () => {
  using dir = openDir()
  const { code, err } = await runCommand(['hub', 'keys', 'list', '--data', dir.path])
  expect(code).toBe(2)
  expect(err).toContain('An operator’s key is wanted')
})
