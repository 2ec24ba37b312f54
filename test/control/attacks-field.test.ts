import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { CardUid, OrderId } from '../../src/contract/ids.ts'
import { allControlRoutes } from '../../src/control/schema/routes.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { frontDesk, openControl, waitingSession } from '../support/fake-control-ports.ts'
import { listen, refusedHandshake } from './listen.ts'
import { actingHeaders, addClerk, atTerminal, linkCode, pageWith, signIn } from './page.ts'
import { bearer, json, send } from './request.ts'

type Desk = Awaited<ReturnType<typeof openControl>>

const SCAN = '/v1/scans'
const read = { technology: 'em4100', data: Uint8Array.of(0xca, 0xfe), bitCount: 16, symbology: null } as const

/** Nothing was asked of the daemon, and nobody was named or signed in beside the page of the test. */
const expectUntouched = (control: Desk): void => expect(control.calls).toEqual([])

/** What the same page sends over both transports, with something changed in its headers. */
const knock = async (control: Desk, change: Record<string, string>) => {
  const { cookie } = await signIn(control)
  const headers = { ...actingHeaders(control.endpoint, cookie), ...change }
  const posted = await send(control.port, 'POST', SCAN, headers, '{}')
  const { status } = await refusedHandshake(control.port, headers)
  return [posted.status, status]
}

/**
 * Attacks that local daemons have met, each by the name under which it is known, with what must hold here.
 */
const attacks: Readonly<Record<string, (control: Desk) => Promise<void>>> = {
  'Trezor Bridge, DNS rebinding (2018): a page whose name leads here reaches nothing': async (control) => {
    for (const host of ['evil.example', `evil.example:${control.port}`, '127.0.0.1']) {
      expect(await knock(control, { host }), host).toEqual([403, 403])
    }
    const { cookie } = await signIn(control)
    const headers = { cookie, 'content-type': 'application/json' }
    expect((await send(control.port, 'POST', SCAN, headers, '{}')).status, 'without Origin').toBe(403)
    expect((await refusedHandshake(control.port, { cookie })).status, 'without Origin').toBe(403)
    expectUntouched(control)
  },

  'Trezor TypeScript bridge, an origin compared by its end: only the whole origin is ours': async (
    control,
  ) => {
    const { port } = control
    for (const origin of [
      `http://faketrezor-127.0.0.1:${port}`,
      `http://127.0.0.1:${port}.evil.example`,
      `http://127.0.0.1:${port}@evil.example`,
      `https://127.0.0.1:${port}`,
      'http://127.0.0.1',
      'null',
    ]) {
      expect(await knock(control, { origin }), origin).toEqual([403, 403])
    }
    expectUntouched(control)
  },

  'Zoom (CVE-2019-13450): no GET does anything, and nothing listens any more once it is stopped': async (
    control,
  ) => {
    const { cookie } = await signIn(control)
    const before = (await atTerminal(control).get('/v1/audit')).text
    for (const { method, path } of allControlRoutes.filter(({ method: one }) => one !== 'GET')) {
      const asked = path.replaceAll(/:\w+/g, 'order-1')
      for (const headers of [bearer(control.token), { cookie }]) {
        await send(control.port, 'GET', `${asked}?encoder=Front%20Desk`, headers)
      }
      expect(control.calls, `${method} ${path} as a GET`).toEqual([])
    }
    expect((await atTerminal(control).get('/v1/audit')).text).toBe(before)
    await control.close()
    const answer = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: control.port })
      socket.once('connect', () => resolve('connected'))
      socket.once('error', () => resolve('refused'))
    })
    expect(answer).toBe('refused')
  },

  'ASUS DriverHub (CVE-2025-3462, 3463): no caller names an address to fetch from but whoever pairs': async (
    control,
  ) => {
    expect(await knock(control, { origin: `http://127.0.0.1:${control.port}.asus.example` })).toEqual([
      403, 403,
    ])
    const operator = await signIn(control, 'operator')
    const body = { hub_endpoint: 'https://evil.example' }
    expect((await operator.post('/v1/pairing', body)).status).toBe(403)
    for (const [path, extra] of [
      [SCAN, { url: 'https://evil.example' }],
      ['/v1/restart', { url: 'https://evil.example' }],
    ] as const) {
      expect([400, 404], path).toContain((await atTerminal(control).post(path, extra)).status)
    }
    expectUntouched(control)
  },

  '0.0.0.0 day (2024): the wildcard address is no name of ours, and no other address listens': async (
    control,
  ) => {
    const { port } = control
    for (const host of [`0.0.0.0:${port}`, `0:${port}`, `127.1:${port}`]) {
      expect(await knock(control, { host, origin: `http://${host}` }), host).toEqual([403, 403])
    }
    const answer = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.3', port })
      socket.once('connect', () => resolve('connected'))
      socket.once('error', () => resolve('refused'))
    })
    expect(answer).toBe('refused')
  },

  'MCP inspector (GHSA-w48q-cv73-mx4w): loopback is no proof; no token, no preflight or another site is refused':
    async (control) => {
      const { port, token } = control
      const type = { 'content-type': 'application/json' }
      expect((await send(port, 'POST', SCAN, type, '{}')).status).toBe(401)
      expect((await refusedHandshake(port, {})).status).toBe(401)
      const plain = { ...bearer(token), 'content-type': 'text/plain' }
      expect((await send(port, 'POST', SCAN, plain, '{}')).status).toBe(415)
      for (const site of ['cross-site', 'same-site']) {
        expect(await knock(control, { 'sec-fetch-site': site }), site).toEqual([403, 403])
      }
      expectUntouched(control)
    },

  'SignalK (CVE-2025-68620): what pairs and signs in is never on the events': async (control) => {
    control.state.pairing = {
      state: 'pending',
      code: 'PAIR-CANARY',
      expiresAt: '2027-01-01T00:00:00.000Z',
      remainingMs: 1,
    }
    using events = await listen(control.port, bearer(control.token), '?reveal=true&log=true')
    await atTerminal(control).post('/v1/pairing', {
      hub_endpoint: 'https://hub.example',
      api_key: 'KEY-CANARY',
    })
    const code = await linkCode(control)
    const ann = await addClerk(control, 'Ann', 'installer', '86420')
    const page = await signIn(control)
    await page.post('/v1/switch', { by: 'pin', clerk_id: ann, pin: '86420' })
    control.workChanges.tell()
    await events.until('work.changed')
    const told = events.texts.join('\n')
    for (const secret of ['PAIR-CANARY', 'KEY-CANARY', code, '86420', page.cookie.split('=')[1] ?? '-']) {
      expect(told).not.toContain(secret)
    }
  },

  'SignalK (CVE-2026-41893): WebSockets and HTTP have one limiter': async (control) => {
    const statuses: number[] = []
    for (let count = 0; count < 60 && statuses.at(-1) !== 429; count += 1) {
      statuses.push((await refusedHandshake(control.port, {})).status)
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429])
    expect((await send(control.port, 'GET', '/healthz')).status).toBe(429)
    expect((await atTerminal(control).get('/v1/status')).status).toBe(200)
  },

  'SignalK (CVE-2026-39320, CVE-2026-25228): what a caller says is no pattern and no path': async (
    control,
  ) => {
    for (const encoder of ['.*', '(a+)+$', 'Front.Desk', '[', '../../control-token', String.raw`..\..\x`]) {
      const answer = await atTerminal(control).post(SCAN, { encoder })
      expect([answer.status, answer.body], encoder).toMatchObject([
        404,
        { error: { code: 'encoder_unknown' } },
      ])
    }
    for (const path of [
      String.raw`/v1/sessions/..\..\control-token`,
      '/v1/sessions/..%5c..%5ccontrol-token',
      '/v1/clerks/..%2f..%2fcontrol-token/remove',
      String.raw`/assets/..\..\control-token`,
      '/assets/..%5c..%5ccontrol-token',
    ]) {
      const answer = await send(control.port, 'GET', path, bearer(control.token))
      expect([answer.status, answer.text.includes(control.token)], path).toEqual([404, false])
    }
    expectUntouched(control)
  },

  'bitfocus/companion#3814, a lock in the page alone: a locked page is refused by every route': async (
    control,
  ) => {
    await addClerk(control, 'Ann', 'installer', '1234')
    const page = await signIn(control)
    const served = allControlRoutes.filter(({ admits }) => admits !== 'locked' && admits !== 'anybody')
    expect(served.length).toBeGreaterThan(30)
    for (const { method, path } of served) {
      const asked = path.replaceAll(/:\w+/g, 'order-1')
      const answer = method === 'GET' ? await page.get(asked) : await page.put(asked, {})
      const posted = method === 'POST' ? await page.post(asked) : answer
      // 404: a route that this desk does not have.
      expect([403, 404], `${method} ${path}`).toContain(posted.status)
    }
    expect((await page.post(SCAN)).status).toBe(403)
    control.show(waitingSession)
    expect((await page.get('/v1/status')).body).toMatchObject({ sessions: [] })
    expectUntouched(control)
  },

  'zigbee2mqtt#23648, a token that nobody looks at: the lock is on, over both transports': async (
    control,
  ) => {
    const wrong = control.token.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    for (const headers of [{}, bearer(wrong), bearer(''), { cookie: `encoder_bridge=${'A'.repeat(43)}` }]) {
      expect((await send(control.port, 'GET', '/v1/status', headers)).status).toBe(401)
      const socket = { ...headers, origin: control.endpoint }
      expect((await refusedHandshake(control.port, socket)).status).toBe(401)
    }
    expect((await atTerminal(control).get('/v1/status')).status).toBe(200)
  },

  'QZ Tray, calls that are played again: a link, a cookie and an answer count once; no origin is welcome':
    async (control) => {
      const code = await linkCode(control)
      const use = () =>
        send(
          control.port,
          'POST',
          '/v1/sign_in',
          { 'content-type': 'application/json', origin: control.endpoint },
          JSON.stringify({ code }),
        )
      const first = await use()
      expect([first.status, (await use()).status]).toEqual([200, 403])
      const page = pageWith(control, first.headers['set-cookie']?.[0]?.split(';')[0] ?? '')
      await page.post('/v1/sign_out')
      expect((await page.get('/v1/status')).status).toBe(401)
      const headers = { ...bearer(control.token), origin: control.endpoint }
      const answer = await send(control.port, 'OPTIONS', SCAN, headers)
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      control.show({ ...waitingSession, state: 'awaitingConfirmation', revision: 7 })
      await atTerminal(control).post('/v1/sessions/order-1/confirm', { revision: 6 })
      expect(control.calls, 'the question that it answers is named').toEqual([
        { confirm: 'order-1', revision: 6 },
      ])
    },

  'SpringCard and Zaparoo, scans for every client: what is on a card reaches whoever ordered': async (
    control,
  ) => {
    const owner = await signIn(control, 'operator')
    const other = await signIn(control, 'operator')
    await owner.post(SCAN)
    const uid = CardUid.parse('04C0FFEE')
    const ending = { kind: 'untouched' as const, code: 'card_foreign' as const, detail: `It is ${uid}.`, uid }
    control.show({ ...waitingSession, kind: 'scan', state: 'ended', ending })
    const origin = control.endpoint
    using owners = await listen(control.port, { cookie: owner.cookie, origin })
    using others = await listen(control.port, { cookie: other.cookie, origin }, '?reveal=true')
    control.cards.tell({
      encoderId: frontDesk.encoderId,
      orderId: OrderId.parse('order-1'),
      card: { uid, technology: 'ntag213' },
    })
    control.reads.tell({ encoderId: frontDesk.encoderId, read })
    await owners.until('scanner.read')
    await others.until('scanner.read')
    expect(owners.texts.join('')).toContain(uid)
    expect(others.texts.join('')).not.toMatch(/04C0FFEE|CAFE/)
    expect((await owner.get('/v1/sessions/order-1')).text).toContain(uid)
    for (const path of ['/v1/sessions/order-1', '/v1/sessions', '/v1/status']) {
      expect((await other.get(path)).text, path).not.toContain(uid)
    }
  },

  'Mews Connector, guests’ data at the desk: no request has a place for a name, and none is kept': async (
    control,
  ) => {
    const guest = { guest_name: 'Canary Guest', email: 'canary@guest.example' }
    const accessMethod = { access_method_id: '33333333-3333-4333-8333-333333333333' }
    for (const [path, body] of [
      ['/v1/encodes', accessMethod],
      [SCAN, {}],
      ['/v1/stays', { kind: 'check_out', room: '101' }],
      ['/v1/assigns', accessMethod],
    ] as const) {
      expect((await atTerminal(control).post(path, { ...body, ...guest })).status, path).toBe(400)
    }
    const kept = `${JSON.stringify(control.log)}${(await atTerminal(control).get('/v1/audit')).text}`
    expect(kept).not.toMatch(/canary/i)
    expectUntouched(control)
  },
}

test.each(Object.entries(attacks))('%s', async (_, attack) => {
  expect.hasAssertions()
  await using control = await openControl()
  await attack(control)
})

test('there is a case for each of the fourteen', () => {
  expect(Object.keys(attacks)).toHaveLength(14)
})

test('a limiter that is shared fills again', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, { clock })
  const knocks = () => send(control.port, 'POST', SCAN, { ...json('x') }, '{}').then(({ status }) => status)
  const statuses: number[] = []
  for (let count = 0; count < 41; count += 1) statuses.push(await knocks())
  await clock.advance(1_000)
  expect([statuses.at(39), statuses.at(40), await knocks()]).toEqual([401, 429, 401])
})
