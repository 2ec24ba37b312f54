import { describe, expect } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { demoCard, pairDemoDesk, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const signIn = async (hub: TestHub, api_key: string, headers: Record<string, string> = {}) =>
  fetch(`${hub.endpoint}/hub/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ api_key }),
    redirect: 'manual',
    headers,
  })

const cookieOf = (response: Response): string => response.headers.get('set-cookie') ?? ''
const ticketOf = (response: Response): string => cookieOf(response).split(';')[0] ?? ''

const look = async (hub: TestHub, cookie: string): Promise<string> =>
  (await fetch(`${hub.endpoint}/hub`, { headers: { cookie } })).text()

describe('the page', () => {
  test('asks a stranger for a key, and tells nothing', async ({ hub }) => {
    const response = await fetch(`${hub.endpoint}/`)
    expect(new URL(response.url).pathname).toBe('/hub')
    const text = await response.text()
    expect(text).toContain('API key')
    expect(text).not.toContain('Demo Hotel')
  })

  test('shows desks, encoders, clocks and results, and neither guests nor secrets', async ({ hub }) => {
    const encoder = encoderNamed('Desk <b>Left</b>')
    const bridge = await hub.bridge([encoder], await pairDemoDesk(hub))
    const { methodId: access_method_id } = await demoCard(hub)
    const { acs_encoder_id } = encoder
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    const order = await bridge.takeOrder()
    await bridge.report(order.order_id, encoded)
    await hub.post('/acs/encoders/scan_credential', { acs_encoder_id })
    // The fake bridge goes on saying 12:00:00.
    for (let count = 0; count < 5; count += 1) {
      hub.clock.advance(40_000)
      await bridge.settled()
    }
    const text = await look(hub, ticketOf(await signIn(hub, hub.apiKey)))
    expect(text).toContain('Demo Hotel')
    expect(text).toContain('connected')
    expect(text).toContain('200 s behind: it refuses to encode')
    expect(text).toContain('encode (new)')
    expect(text).toContain('<span class="good">encoded</span>')
    // What a desk calls its things is a desk's to say, and no markup.
    expect(text).toContain('Desk &lt;b&gt;Left&lt;/b&gt;')
    for (const hidden of [
      'Demo Guest',
      hub.apiKey,
      bridge.token,
      order.encode?.card_number ?? 'no number',
      '04A1B2C3',
      'Room 101',
    ]) {
      expect(text).not.toContain(hidden)
    }
  })

  test('runs no script, and is embedded nowhere', async ({ hub }) => {
    const cookie = ticketOf(await signIn(hub, hub.apiKey))
    const response = await fetch(`${hub.endpoint}/hub`, { headers: { cookie } })
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(await response.text()).not.toMatch(/<script|style=|<style/)
    const style = await fetch(`${hub.endpoint}/hub/style.css`)
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8')
  })
})

describe('a ticket', () => {
  test('is for the page alone, and out of reach of scripts and other sites', async ({ hub }) => {
    const response = await signIn(hub, hub.apiKey)
    expect(response.status).toBe(303)
    expect(cookieOf(response)).toMatch(/^hub_ticket=[\w-]{32}; Path=\/hub; HttpOnly; SameSite=Strict$/)
    expect(cookieOf(response)).not.toContain(hub.apiKey)
    const api = await fetch(`${hub.endpoint}/workspaces/get`, { headers: { cookie: ticketOf(response) } })
    expect(api.status).toBe(401)
  })

  test('travels over TLS only where people reach the hub by https', async ({ hub }) => {
    const behind = await hub.restart({ publicUrl: 'https://hub.example' })
    expect(cookieOf(await signIn(behind, behind.apiKey))).toMatch(/; Secure/)
    await behind.close()
  })

  test('ends with sign-out, with its hours, and with its key', async ({ hub }) => {
    const isIn = async (cookie: string) => (await look(hub, cookie)).includes('Demo Hotel')
    const first = ticketOf(await signIn(hub, hub.apiKey))
    await fetch(`${hub.endpoint}/hub/sign-out`, {
      method: 'POST',
      headers: { cookie: first },
      redirect: 'manual',
    })
    expect(await isIn(first)).toBe(false)

    const second = ticketOf(await signIn(hub, hub.apiKey))
    hub.clock.advance(12 * 3_600_000 - 1)
    expect(await isIn(second)).toBe(true)
    hub.clock.advance(1)
    expect(await isIn(second)).toBe(false)

    const { key, api_key_id } = (await hub.post('/api_keys/create', { name: 'PMS' })).body.api_key
    const third = ticketOf(await signIn(hub, key))
    expect(await isIn(third)).toBe(true)
    await hub.post('/api_keys/revoke', { api_key_id })
    expect(await isIn(third)).toBe(false)
  })
})

describe('signing in', () => {
  test('with a wrong key is refused, ten times a minute', async ({ hub }) => {
    for (let tries = 0; tries < 10; tries += 1) {
      const response = await signIn(hub, 'seam_hub_wrong')
      expect([response.status, cookieOf(response)]).toEqual([401, ''])
    }
    expect((await signIn(hub, hub.apiKey)).status).toBe(429)
    hub.clock.advance(6_000)
    expect((await signIn(hub, hub.apiKey)).status).toBe(303)
    expect(hub.log.join('')).not.toContain(hub.apiKey)
  })

  test('is not done by the page of another site', async ({ hub }) => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await signIn(hub, hub.apiKey, headers as Record<string, string>)).status).toBe(403)
    }
  })
})
