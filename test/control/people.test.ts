import { expect, test } from 'vitest'
import { openControl } from '../support/fake-control-ports.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { atTerminal, addClerk, linkCode, pageWith, signIn } from './page.ts'
import { send } from './request.ts'

const refused = (code: string) => expect.objectContaining({ error: expect.objectContaining({ code }) })
const byPin = (clerk_id: string, pin: string) => ({ by: 'pin', clerk_id, pin })

test('a link signs one browser in: a cookie out of reach of scripts, that is sent to nobody else', async () => {
  await using control = await openControl()
  const headers = { origin: control.endpoint, 'content-type': 'application/json' }
  const body = JSON.stringify({ code: await linkCode(control, 'operator') })
  const answer = await send(control.port, 'POST', '/v1/sign_in', headers, body)
  expect(answer.body).toEqual({ via: 'page', role: 'operator', clerk: null, has_clerks: false })
  const [cookie = ''] = answer.headers['set-cookie'] ?? []
  expect(cookie).toMatch(/^encoder_bridge=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/)
  const again = await send(control.port, 'POST', '/v1/sign_in', headers, body)
  expect([again.status, again.body]).toEqual([403, refused('sign_in_refused')])
})

test('a link is good for two minutes', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, { clock })
  const [first, second] = [await linkCode(control), await linkCode(control)]
  const headers = { 'content-type': 'application/json' }
  const use = (code: string) =>
    send(control.port, 'POST', '/v1/sign_in', headers, JSON.stringify({ code })).then(({ status }) => status)
  await clock.advance(119_000)
  expect(await use(first)).toBe(200)
  await clock.advance(2_000)
  expect(await use(second)).toBe(403)
})

test('a signed-in browser stays signed in over a restart of the daemon, and no longer once it signs out', async () => {
  await using control = await openControl()
  const page = await signIn(control, 'operator')
  await control.restart()
  const later = pageWith(control.now(), page.cookie)
  expect((await later.get('/v1/me')).body).toMatchObject({ via: 'page', role: 'operator' })
  expect((await later.post('/v1/sign_out')).headers['set-cookie']?.[0]).toContain('Max-Age=0')
  expect((await later.get('/v1/me')).status).toBe(401)
})

test('with clerks a page is locked until one says who it is, and again when it is locked', async () => {
  await using control = await openControl()
  const page = await signIn(control)
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  const bob = await addClerk(control, 'Bob', 'operator', '0815')
  expect((await page.get('/v1/me')).body).toEqual({ via: 'page', role: null, clerk: null, has_clerks: true })
  expect((await page.get('/v1/encoders')).body).toEqual(refused('control_locked'))
  const clerks = {
    clerks: [{ name: 'Ann' }, { clerk_id: bob, name: 'Bob', has_pin: true, has_badge: false }],
  }
  expect((await page.get('/v1/clerks')).body).toMatchObject(clerks)
  expect((await page.post('/v1/switch', byPin(bob, '4711'))).body).toEqual(refused('sign_in_refused'))
  expect((await page.post('/v1/switch', byPin(bob, '0815'))).body).toMatchObject({
    role: 'operator',
    clerk: { clerk_id: bob, name: 'Bob' },
  })
  expect((await page.get('/v1/encoders')).status).toBe(200)
  expect((await page.get('/v1/pairing')).body).toEqual(refused('control_role'))
  expect((await page.post('/v1/switch', byPin(ann, '4711'))).body).toMatchObject({ role: 'installer' })
  expect((await page.post('/v1/lock')).body).toMatchObject({ role: null, clerk: null })
  expect((await page.get('/v1/encoders')).status).toBe(403)
})

test('a badge says who it is, once it was learnt; a badge that nobody has does not', async () => {
  await using control = await openControl()
  const page = await signIn(control)
  await addClerk(control, 'Ann', 'installer', '4711')
  const bob = await addClerk(control, 'Bob', 'operator', '0815')
  control.state.badge = 'uid:04AABBCC'
  const learnt = await atTerminal(control).post(`/v1/clerks/${bob}/badge`)
  expect(learnt.body).toMatchObject({ name: 'Bob', has_badge: true })
  expect((await page.post('/v1/switch', { by: 'badge' })).body).toMatchObject({ clerk: { name: 'Bob' } })
  control.state.badge = 'uid:04AABBCD'
  expect((await page.post('/v1/switch', { by: 'badge' })).body).toEqual(refused('sign_in_refused'))
})

test('a page where nobody has a badge keeps no encoder waiting for one', async () => {
  await using control = await openControl()
  const page = await signIn(control)
  await addClerk(control, 'Ann', 'installer', '4711')
  const answer = await page.post('/v1/switch', { by: 'badge', wait_ms: 20_000 })
  expect(answer.body).toMatchObject({
    error: { code: 'sign_in_refused', detail: 'Nobody at this desk has a badge yet.' },
  })
  expect(control.calls).toEqual([])
})

test('a badge that is not shown in time, and a second page that waits for one, are told so', async () => {
  await using control = await openControl()
  const page = await signIn(control)
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  control.state.badge = 'uid:04AABBCC'
  await atTerminal(control).post(`/v1/clerks/${ann}/badge`)
  control.state.badge = null
  control.calls.length = 0
  const waiting = page.post('/v1/switch', { by: 'badge', wait_ms: 20_000 })
  await expect.poll(() => control.calls).toEqual([{ nextBadge: null }])
  const second = await page.post('/v1/switch', { by: 'badge' })
  expect(second.body).toEqual(refused('device_busy'))
  await control.close()
  expect((await waiting).body).toEqual(refused('card_timeout'))
})

test('after three wrong PINs a clerk waits, longer each time, on every page and over a restart', async () => {
  let now = Date.parse('2026-11-24T08:00:00Z')
  await using control = await openControl(0, undefined, { wallClock: () => new Date(now) })
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  const first = await signIn(control)
  const attempts = await Promise.all(
    Array.from({ length: 8 }, () => first.post('/v1/switch', byPin(ann, '0000'))),
  )
  expect(attempts.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    403, 403, 403, 429, 429, 429, 429, 429,
  ])
  await control.restart()
  const second = await signIn(control.now())
  const right = await second.post('/v1/switch', byPin(ann, '4711'))
  expect([right.status, right.body]).toEqual([429, refused('rate_limited')])
  now += 15_000
  expect((await second.post('/v1/switch', byPin(ann, '0000'))).status).toBe(403)
  now += 29_000
  expect((await second.post('/v1/switch', byPin(ann, '4711'))).status).toBe(429)
  now += 1_000
  expect((await second.post('/v1/switch', byPin(ann, '4711'))).status).toBe(200)
  expect((await second.post('/v1/switch', byPin(ann, '0000'))).status).toBe(403)
})

test('a clerk who does nothing for the time of the configuration is asked again who it is', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, { clock })
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  const page = await signIn(control)
  await page.post('/v1/switch', byPin(ann, '4711'))
  await clock.advance(899_000)
  await page.post('/v1/scans')
  await clock.advance(899_000)
  expect((await page.get('/v1/me')).body).toMatchObject({ clerk: { name: 'Ann' } })
  await clock.advance(1_000)
  expect((await page.get('/v1/me')).body).toMatchObject({ clerk: null, role: null })
})

test('an installer who can say who it is always remains', async () => {
  await using control = await openControl()
  const { post, put } = atTerminal(control)
  const none = [
    await post('/v1/clerks', { name: 'Ann', role: 'operator', pin: '4711' }),
    await post('/v1/clerks', { name: 'Ann', role: 'installer' }),
  ]
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  await addClerk(control, 'Bob', 'operator', '0815')
  const less = [
    await put(`/v1/clerks/${ann}`, { role: 'operator' }),
    await put(`/v1/clerks/${ann}`, { pin: null }),
    await post(`/v1/clerks/${ann}/remove`),
  ]
  for (const { status, body } of [...none, ...less]) {
    expect([status, body]).toEqual([400, refused('request_invalid')])
  }
  await addClerk(control, 'Cid', 'installer', '1234')
  expect((await post(`/v1/clerks/${ann}/remove`)).status).toBe(200)
  expect((await post(`/v1/clerks/${ann}/remove`)).body).toEqual(refused('clerk_unknown'))
})

test('a clerk that is removed is at no page any more', async () => {
  await using control = await openControl()
  await addClerk(control, 'Ann', 'installer', '4711')
  const bob = await addClerk(control, 'Bob', 'operator', '0815')
  const page = await signIn(control)
  await page.post('/v1/switch', byPin(bob, '0815'))
  await atTerminal(control).post(`/v1/clerks/${bob}/remove`)
  expect((await page.get('/v1/me')).body).toMatchObject({ role: null, clerk: null })
})

test('names and badges are each one person’s', async () => {
  await using control = await openControl()
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  const bob = await addClerk(control, 'Bob', 'operator', '0815')
  control.state.badge = 'em4100:40:0102030405'
  const { post, put } = atTerminal(control)
  expect((await put(`/v1/clerks/${bob}`, { name: 'ANN' })).body).toEqual(refused('request_invalid'))
  expect((await post(`/v1/clerks/${ann}/badge`)).status).toBe(200)
  expect((await post(`/v1/clerks/${bob}/badge`)).body).toEqual(refused('request_invalid'))
})

test('the audit tells who signed in, who changed whom, and what was refused', async () => {
  await using control = await openControl()
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  const page = await signIn(control)
  await page.post('/v1/switch', byPin(ann, '0000'))
  await page.post('/v1/switch', byPin(ann, '4711'))
  await page.put(`/v1/clerks/${ann}`, { pin: '2222' })
  const { text } = await page.get('/v1/audit')
  const lines = text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines).toMatchObject([
    { event: 'clerkAdded', ordered_by: 'the control token', outcome: `${ann} installer` },
    { event: 'linked', ordered_by: 'the control token' },
    { event: 'signedIn', outcome: 'installer' },
    { event: 'signInRefused', ordered_by: 'a locked page', outcome: ann },
    { event: 'switched', ordered_by: 'Ann', outcome: `${ann} by pin` },
    { event: 'clerkChanged', ordered_by: 'Ann', outcome: `${ann} pin` },
  ])
})
