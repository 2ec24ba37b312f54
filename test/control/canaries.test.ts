import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openControl } from '../support/fake-control-ports.ts'
import { listen } from './listen.ts'
import { actingHeaders, addClerk, atTerminal, linkCode, pageWith, signIn } from './page.ts'
import { bearer, send, type Answer } from './request.ts'

const PIN = '907856341290'
const WRONG_PIN = '112233445566'
const REVEALED = 'the secret'
const API_KEY = 'seam_canary_4711'

test('no secret is in a log line, an event, an error, the audit or the journal’s file', async () => {
  await using control = await openControl()
  control.state.badge = 'uid:04CAFE0123'
  const answers: Answer[] = []
  const keep = async (answer: Promise<Answer>): Promise<Answer> => {
    answers.push(await answer)
    return answer
  }
  using events = await listen(control.port, bearer(control.token), '?reveal=true&log=true')
  const code = await linkCode(control)
  const ann = await addClerk(control, 'Ann', 'installer', PIN)
  const page = await signIn(control)
  const cookie = page.cookie.split('=')[1] ?? ''
  await keep(page.post('/v1/switch', { by: 'pin', clerk_id: ann, pin: WRONG_PIN }))
  await keep(page.post('/v1/switch', { by: 'pin', clerk_id: ann, pin: PIN }))
  await keep(page.post('/v1/switch', { by: 'pin', clerk_id: PIN, pin: [PIN] }))
  await keep(page.put(`/v1/clerks/${ann}`, { pin: `${PIN}x` }))
  await keep(page.post(`/v1/clerks/${ann}/badge`))
  await keep(page.post('/v1/switch', { by: 'badge' }))
  await keep(page.post('/v1/sign_in', { code: `${code}x` }))
  await keep(page.post('/v1/pairing', { hub_endpoint: 'no address', api_key: API_KEY }))
  const revealed = await page.post('/v1/grants/reveal', { access_method_id: 'method-1', secret: 'code' })
  expect(revealed.body).toEqual({ value: REVEALED })
  await keep(page.get('/v1/clerks'))
  await keep(page.get('/v1/me'))
  await keep(page.get('/v1/audit'))
  const forged = actingHeaders('http://evil.example', page.cookie)
  await keep(send(control.port, 'POST', '/v1/switch', forged, JSON.stringify({ pin: PIN })))
  await keep(send(control.port, 'GET', `/v1/status?token=${control.token}&code=${code}`, {}))
  await keep(pageWith(control, `encoder_bridge=${cookie}x`).get('/v1/me'))
  await keep(atTerminal(control).get(`/v1/sessions/${code}`))
  control.workChanges.tell()
  await events.until('work.changed')

  const files = readdirSync(control.deskDir).map((name) =>
    readFileSync(join(control.deskDir, name), 'latin1'),
  )
  expect(files.join('').length).toBeGreaterThan(4_096)
  const places = {
    log: JSON.stringify(control.log, (_, value: unknown) =>
      value instanceof Error ? `${value.message} ${value.stack} ${String(value.cause)}` : value,
    ),
    events: events.texts.join('\n'),
    answers: answers.map(({ text }) => text).join('\n'),
    journal: files.join(''),
  }
  expect(control.log.length).toBeGreaterThan(0)
  for (const [place, text] of Object.entries(places)) {
    for (const [name, secret] of Object.entries({
      PIN,
      WRONG_PIN,
      token: control.token,
      cookie,
      API_KEY,
      REVEALED,
      badge: '04CAFE0123',
    })) {
      expect(text.includes(secret), `${name} in the ${place}`).toBe(false)
    }
    // An address that names it is told back as it was asked.
    expect(text.replaceAll(`"order_id":"${code}"`, '').includes(code), `the link in the ${place}`).toBe(false)
  }
})
