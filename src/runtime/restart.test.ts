import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runDaemon } from './run-daemon.ts'

const openDaemon = async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'restart-'))
  const file = join(dataDir, 'config.yaml')
  writeFileSync(file, '# Ours.\ndevices:\n  - { driver: virtual, name: One }\n')
  const daemon = await runDaemon(
    { dataDir, configPath: null, port: 0, log: 'silent', isEmulated: true },
    '1.2.3',
  )
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const token = readFileSync(join(dataDir, 'control-token'), 'utf8').trim()
    const response = await fetch(`${daemon.endpoint}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return (await response.json()) as Record<string, unknown>
  }
  const status = (): Promise<Record<string, unknown>> => ask('GET', '/v1/status').catch(() => ({}))
  return {
    file,
    ask,
    status,
    /** Names of the encoders of the daemon that answers; none while it is away. */
    names: async () =>
      ((await status())['encoders'] as { name: string }[] | undefined)?.map(({ name }) => name),
    [Symbol.asyncDispose]: async () => {
      await daemon.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

test('settings that are saved count after a restart, which keeps process, address and comments', async () => {
  await using daemon = await openDaemon()
  const { revision, values } = await daemon.ask('GET', '/v1/settings')
  const devices = [
    { driver: 'virtual', name: 'One' },
    { driver: 'virtual', name: 'Two' },
  ]
  const saved = await daemon.ask('PUT', '/v1/settings', { revision, values: { ...Object(values), devices } })
  expect(saved).toMatchObject({ restart_needed: ['devices'], restart_error: null })
  expect(await daemon.names()).toEqual(['One'])
  expect(await daemon.ask('POST', '/v1/restart', {})).toEqual({ restarting: true })
  await expect.poll(daemon.names, { timeout: 10_000 }).toEqual(['One', 'Two'])
  expect(await daemon.ask('GET', '/v1/settings')).toMatchObject({ restart_needed: [] })
  expect(readFileSync(daemon.file, 'utf8')).toContain('# Ours.')
  const { lines } = (await daemon.ask('GET', '/v1/log')) as { lines: { message: string }[] }
  expect(lines.map(({ message }) => message).filter((message) => message === 'ready')).toHaveLength(2)
})

test('a typo in the file leaves the desk the daemon that it has', async () => {
  await using daemon = await openDaemon()
  const { started_at: before } = await daemon.status()
  writeFileSync(daemon.file, 'devices:\n  - { driver: virtuel, name: One }\n')
  expect(await daemon.ask('POST', '/v1/restart', {})).toMatchObject({
    error: { code: 'driver_unknown', detail: expect.stringContaining('virtuel') as string },
  })
  writeFileSync(daemon.file, 'devices: [')
  expect(await daemon.ask('POST', '/v1/restart', {})).toMatchObject({ error: { code: 'config_invalid' } })
  expect(await daemon.ask('GET', '/v1/settings')).toMatchObject({ error: { code: 'config_invalid' } })
  expect(await daemon.status()).toMatchObject({ started_at: before })
})
