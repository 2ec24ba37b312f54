import { describe, expect } from 'vitest'
import { demoCard, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const makeKey = async (hub: TestHub, more: object = {}) => {
  const { entranceIds } = await demoCard(hub)
  const { body } = await hub.post('/access_grants/create', {
    user_identity: { full_name: 'Ada Guest' },
    acs_entrance_ids: entranceIds.slice(3, 4),
    starts_at: '2026-11-23T12:00:00Z',
    ends_at: '2026-11-23T13:00:00Z',
    requested_access_methods: [{ mode: 'mobile_key', ...more }],
  })
  const { instant_key_url: url, access_grant_id, client_session_token } = body.access_grant
  return { url: String(url), access_grant_id, client_session_token: String(client_session_token) }
}

describe('the link of an Instant Key', () => {
  test('opens a page that says it is a sandbox', async ({ hub }) => {
    const { url } = await makeKey(hub)
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(await page.text()).toContain('This is a sandbox. The key opens no door.')
  })

  test('is used up by opening the key, not by a preview', async ({ hub }) => {
    const { url } = await makeKey(hub)
    const fromMail = { 'sec-fetch-site': 'cross-site', 'user-agent': 'Slackbot-LinkExpanding 1.0' }
    expect((await fetch(url, { method: 'HEAD', headers: fromMail })).status).toBe(200)
    expect((await fetch(url, { headers: fromMail })).status).toBe(200)
    const opened = await fetch(url, { method: 'POST', headers: { origin: hub.endpoint } })
    expect(opened.status).toBe(200)
    for (const method of ['POST', 'GET', 'HEAD']) expect((await fetch(url, { method })).status).toBe(410)
  })

  test('opens as often as the grant asked for', async ({ hub }) => {
    const { url } = await makeKey(hub, { instant_key_max_use_count: 2 })
    const statuses = []
    for (let use = 0; use < 3; use++) statuses.push((await fetch(url, { method: 'POST' })).status)
    expect(statuses).toEqual([200, 200, 410])
  })

  test('can’t be opened by a page of another origin', async ({ hub }) => {
    const { url } = await makeKey(hub)
    const headers = { origin: 'https://elsewhere.example' }
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(403)
    expect((await fetch(url)).status).toBe(200)
  })

  test('ends with the grant’s time, and with the grant', async ({ hub }) => {
    const first = await makeKey(hub)
    const second = await makeKey(hub)
    await hub.post('/access_grants/delete', { access_grant_id: second.access_grant_id })
    expect((await fetch(second.url, { method: 'POST' })).status).toBe(404)
    hub.clock.advance(3_600_000)
    expect((await fetch(first.url, { method: 'POST' })).status).toBe(410)
  })

  test('begins with the public address where the hub was told one', async ({ hub }) => {
    const again = await hub.restart({ publicUrl: 'https://keys.example/hub/' })
    const { url } = await makeKey(again)
    expect(url).toMatch(/^https:\/\/keys\.example\/hub\/ik\/[\w-]{24}$/)
    await again.close()
  })

  test('and PIN and tokens of a guest are never logged', async ({ hub }) => {
    const { url, client_session_token } = await makeKey(hub)
    const token = url.slice(-24)
    const { entranceIds } = await demoCard(hub)
    await hub.post('/access_grants/create', {
      user_identity: { full_name: 'Ada Guest' },
      acs_entrance_ids: entranceIds.slice(3, 4),
      requested_access_methods: [{ mode: 'code', code: '908172635' }],
    })
    await fetch(url, { method: 'POST' })
    await fetch(`${url}%ZZ`)
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' })
    expect(hub.log.length).toBeGreaterThan(0)
    const log = hub.log.join()
    for (const secret of [token, client_session_token, '908172635']) expect(log).not.toContain(secret)
  })
})
