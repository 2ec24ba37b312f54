import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import pino from 'pino'
import { describe, expect } from 'vitest'
import { startHub } from '../../src/hub/hub.ts'
import { demoCard, readJson, test } from './hub-fixture.ts'

const logger = pino({ level: 'silent' })

describe('a hub that starts', () => {
  test('listens on loopback, keeps its key and prints the same one again', async ({ hub }) => {
    expect(hub.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(hub.apiKey).toMatch(/^seam_(?!at|cst|pk)/)
    expect((await readFile(join(hub.dataDir, 'api-key'), 'utf8')).trim()).toBe(hub.apiKey)
    const again = await hub.restart()
    expect([again.apiKey, again.workspaceId]).toEqual([hub.apiKey, hub.workspaceId])
    expect((await demoCard(again)).methodId).toBe((await demoCard(again)).methodId)
    expect((await again.post('/access_grants/list')).body.access_grants).toHaveLength(1)
    await again.close()
  })

  test.skipIf(process.platform === 'win32')(
    'lets nobody else read its data (no such modes on Windows)',
    async ({ hub }) => {
      const modeOf = async (name: string) => (await stat(join(hub.dataDir, name))).mode & 0o777
      expect([await modeOf('api-key'), await modeOf('hub.db'), await modeOf('.')]).toEqual([
        0o600, 0o600, 0o700,
      ])
    },
  )

  test('stores no key in the clear', async ({ hub }) => {
    await hub.close()
    expect((await readFile(join(hub.dataDir, 'hub.db'))).includes(hub.apiKey)).toBe(false)
  })

  test('on a taken port rejects port_taken', async ({ hub, dataDir }) => {
    const port = Number(new URL(hub.endpoint).port)
    const second = startHub({ dataDir: join(dataDir, 'other'), port, seed: null, logger })
    await expect(second).rejects.toMatchObject({ code: 'port_taken' })
  })

  test('on a directory that another hub uses rejects journal_locked', async ({ hub }) => {
    const second = startHub({ dataDir: hub.dataDir, port: 0, seed: null, logger })
    await expect(second).rejects.toMatchObject({ code: 'journal_locked' })
  })

  test('on a file that is no database rejects journal_damaged and leaves it alone', async ({ dataDir }) => {
    const text = 'this is a letter to the hotel, not a database\n'.repeat(50)
    await writeFile(join(dataDir, 'hub.db'), text)
    await expect(startHub({ dataDir, port: 0, seed: null, logger })).rejects.toMatchObject({
      code: 'journal_damaged',
    })
    expect(await readFile(join(dataDir, 'hub.db'), 'utf8')).toBe(text)
  })

  test('on the store of a newer version rejects journal_newer', async ({ dataDir }) => {
    const newer = new DatabaseSync(join(dataDir, 'hub.db'))
    newer.exec('pragma user_version = 99')
    newer.close()
    await expect(startHub({ dataDir, port: 0, seed: null, logger })).rejects.toMatchObject({
      code: 'journal_newer',
    })
  })

  test('where no directory can be made rejects data_unwritable', async ({ dataDir }) => {
    await writeFile(join(dataDir, 'file'), '')
    const blocked = startHub({ dataDir: join(dataDir, 'file', 'data'), port: 0, seed: null, logger })
    await expect(blocked).rejects.toMatchObject({ code: 'data_unwritable' })
  })
})

describe('the hub’s HTTP', () => {
  const send = async (url: string, init: RequestInit, key: string) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${key}`)
    const response = await fetch(url, {
      ...init,
      headers,
    })
    return { status: response.status, body: await readJson(response) }
  }

  test('tells its health to anybody', async ({ hub }) => {
    const response = await fetch(`${hub.endpoint}/health`)
    expect(await response.json()).toEqual({ time: '2026-11-23T12:00:00.000Z', ok: true })
  })

  test.for(['application/x-www-form-urlencoded', 'application/json', 'text/plain'])(
    'takes an empty body of %s',
    async (type, { hub }) => {
      const init = { method: 'POST', headers: { 'content-type': type } }
      expect((await send(`${hub.endpoint}/acs/systems/list`, init, hub.apiKey)).status).toBe(200)
    },
  )

  test('reads lists from a query: repeated keys, one id as text, none as an empty key', async ({ hub }) => {
    const { entranceIds } = await demoCard(hub)
    const list = async (query: string) =>
      (await send(`${hub.endpoint}/acs/entrances/list?${query}`, {}, hub.apiKey)).body.acs_entrances.length
    expect(await list(`acs_entrance_ids=${entranceIds[0]}&acs_entrance_ids=${entranceIds[1]}`)).toBe(2)
    expect(await list(`acs_entrance_ids=${entranceIds[0]}`)).toBe(1)
    expect(await list('acs_entrance_ids=')).toBe(0)
    expect(await list('limit=3')).toBe(3)
  })

  test('pages a list by its cursor', async ({ hub }) => {
    const first = await hub.post('/acs/entrances/list', { limit: 4 })
    expect(first.body.pagination.has_next_page).toBe(true)
    const page_cursor = first.body.pagination.next_page_cursor
    const second = await hub.post('/acs/entrances/list', { limit: 4, page_cursor })
    expect(second.body.pagination.has_next_page).toBe(false)
    const ids = [...first.body.acs_entrances, ...second.body.acs_entrances]
    expect(new Set(ids.map((one) => one.acs_entrance_id)).size).toBe(6)
  })

  test('takes a form, and DELETE with a query', async ({ hub }) => {
    const { grantId, methodId } = await demoCard(hub)
    const form = { method: 'POST', body: new URLSearchParams({ access_grant_id: grantId }) }
    expect((await send(`${hub.endpoint}/access_grants/get`, form, hub.apiKey)).status).toBe(200)
    const url = `${hub.endpoint}/access_methods/delete?access_method_id=${methodId}`
    expect((await send(url, { method: 'DELETE' }, hub.apiKey)).status).toBe(200)
    expect((await hub.post('/access_methods/get', { access_method_id: methodId })).status).toBe(404)
  })

  test.for([
    ['broken JSON', 'application/json', '{"a":', 400],
    ['a poisoned prototype', 'application/json', '{"__proto__":{"a":1}}', 400],
    ['a list instead of an object', 'application/json', '[]', 400],
    ['a body of another type', 'text/plain', 'hello', 415],
    ['a body of a megabyte', 'application/json', JSON.stringify('x'.repeat(1_000_000)), 413],
  ] as const)('refuses %s clearly', async ([, type, body, status], { hub }) => {
    const init = { method: 'POST', headers: { 'content-type': type }, body }
    const answer = await send(`${hub.endpoint}/access_grants/list`, init, hub.apiKey)
    expect(answer.status).toBe(status)
    expect(answer.body.error.message).not.toBe('')
    expect((await hub.post('/workspaces/get')).status).toBe(200)
  })
})
