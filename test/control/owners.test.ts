import { expect, test } from 'vitest'
import { CardUid, OrderId } from '../../src/contract/ids.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import { AuditBody, SessionBody } from '../../src/control/schema.ts'
import { endingText } from '../../src/sessions/prompts.ts'
import { openControl, waitingSession } from '../support/fake-control-ports.ts'
import { listen } from './listen.ts'
import { addClerk, atTerminal, pageWith, signIn } from './page.ts'

const scanned: Ending = {
  kind: 'scanned',
  uid: CardUid.parse('04AABBCC'),
  technology: 'mifare-classic-1k',
  cardNumber: '471108',
  record: {
    credentialId: '44444444-4444-4444-8444-444444444444',
    cardNumber: '471108',
    startsAt: '2026-11-23T10:00:00.000Z',
    endsAt: null,
  },
  remark: 'The card bears 471108.',
  comparison: { kind: 'outOfSync', properties: ['ends_at'] },
}

/** A desk with an installer and two operators, each at a page. */
const openDesk = async () => {
  const control = await openControl()
  const seat = async (name: string, role: string) => {
    const clerk_id = await addClerk(control, name, role, '1234')
    const page = await signIn(control)
    await page.post('/v1/switch', { by: 'pin', clerk_id, pin: '1234' })
    return page
  }
  const ann = await seat('Ann', 'installer')
  const [bob, cid] = [await seat('Bob', 'operator'), await seat('Cid', 'operator')]
  const eve = await seat('Eve', 'read_only')
  return { control, ann, bob, cid, eve, [Symbol.asyncDispose]: () => control[Symbol.asyncDispose]() }
}

test('what is on a card is told to whoever had it read, and to nobody else', async () => {
  await using desk = await openDesk()
  await desk.bob.post('/v1/scans')
  desk.control.show({ ...waitingSession, kind: 'scan', state: 'ended', ending: scanned })
  const bobs = SessionBody.parse((await desk.bob.get('/v1/sessions/order-1')).body)
  expect(bobs).toMatchObject({ is_yours: true, ending: { card_uid: '04AABBCC', card_number: '471108' } })
  for (const other of [desk.ann, desk.cid, desk.eve, atTerminal(desk.control)]) {
    const { body, text } = await other.get('/v1/sessions/order-1')
    expect(SessionBody.parse(body)).toMatchObject({
      is_yours: false,
      ending: { kind: 'scanned', card_uid: null, card_number: null, record: null, remark: null },
    })
    expect(text).not.toMatch(/04AABBCC|471108|44444444/)
  }
})

test.each<[string, Ending]>([
  ['what a reader says of the card', scanned],
  [
    'the number of an assigned card',
    { kind: 'assigned', uid: null, technology: 'em4100', cardNumber: '471108' },
  ],
  [
    'why it was not written',
    { kind: 'untouched', code: 'card_foreign', detail: 'It bears 471108.', uid: null },
  ],
])('the sentence on an ending tells %s to whoever ordered alone', async (_, ending) => {
  await using desk = await openDesk()
  await desk.bob.post('/v1/scans')
  const origin = desk.control.endpoint
  using events = await listen(desk.control.port, { cookie: desk.eve.cookie, origin })
  const prompt = endingText(ending)
  expect(prompt).toContain('471108')
  desk.control.show({ ...waitingSession, state: 'ended', prompt, ending })
  await events.until('session.changed')
  expect(events.texts.join('')).not.toContain('471108')
  expect((await desk.bob.get('/v1/sessions/order-1')).body).toMatchObject({ prompt })
  for (const other of [desk.cid, desk.eve]) {
    for (const path of ['/v1/sessions/order-1', '/v1/sessions', '/v1/status']) {
      expect((await other.get(path)).text, path).not.toContain('471108')
    }
  }
})

test('what came from elsewhere is the operators’', async () => {
  await using desk = await openDesk()
  desk.control.show({ ...waitingSession, state: 'ended', ending: scanned })
  for (const one of [desk.ann, desk.bob, desk.cid, atTerminal(desk.control)]) {
    expect((await one.get('/v1/sessions/order-1')).body).toMatchObject({ is_yours: true })
  }
  expect((await desk.eve.get('/v1/sessions/order-1')).body).toMatchObject({
    is_yours: false,
    ending: { card_uid: null },
  })
})

test('whoever ordered decides, or an installer; another operator does not', async () => {
  await using desk = await openDesk()
  const { control, ann, bob, cid } = desk
  await bob.post('/v1/scans')
  control.show({ ...waitingSession, state: 'awaitingConfirmation' })
  const refused = [
    await cid.post('/v1/sessions/order-1/cancel'),
    await cid.post('/v1/sessions/order-1/confirm', { revision: 1 }),
  ]
  for (const { status, body } of refused) {
    expect([status, body]).toMatchObject([403, { error: { code: 'control_role' } }])
  }
  const before = control.calls.length
  expect((await bob.post('/v1/sessions/order-1/confirm', { revision: 1 })).status).toBe(200)
  expect((await ann.post('/v1/sessions/order-1/cancel')).status).toBe(200)
  expect(control.calls.slice(before)).toEqual([{ confirm: 'order-1', revision: 1 }, { cancel: 'order-1' }])
})

test('the audit tells which card it was to whoever ordered and to installers, and to others all but that', async () => {
  await using desk = await openDesk()
  await desk.bob.post('/v1/scans')
  const line = {
    event: 'ended',
    encoderId: null,
    outcome: 'scanned',
    at: '2026-11-23T10:00:00.000Z',
  } as const
  desk.control.state.audit = [
    { ...line, orderId: OrderId.parse('order-1'), orderedBy: 'Bob', uid: CardUid.parse('04AABBCC') },
    { ...line, orderId: OrderId.parse('order-2'), orderedBy: 'the hub', uid: CardUid.parse('04DDEEFF') },
  ]
  const cardsTold = async (one: typeof desk.bob | ReturnType<typeof atTerminal>) =>
    (await one.get('/v1/audit')).text
      .trim()
      .split('\n')
      .slice(0, 2)
      .map((text) => AuditBody.parse(JSON.parse(text)).card_uid)
  expect(await cardsTold(desk.bob)).toEqual(['04AABBCC', '04DDEEFF'])
  expect(await cardsTold(desk.cid)).toEqual([null, '04DDEEFF'])
  expect(await cardsTold(desk.eve)).toEqual([null, null])
  expect(await cardsTold(desk.ann)).toEqual(['04AABBCC', '04DDEEFF'])
  expect(await cardsTold(atTerminal(desk.control))).toEqual(['04AABBCC', '04DDEEFF'])
})

test('whose an order is outlasts a restart of the daemon', async () => {
  await using desk = await openDesk()
  await desk.bob.post('/v1/scans')
  await desk.control.restart()
  desk.control.show({ ...waitingSession, state: 'ended', ending: scanned })
  const answer = await atTerminal(desk.control.now()).get('/v1/sessions/order-1')
  expect(answer.body).toMatchObject({ is_yours: false })
  const bobs = pageWith(desk.control.now(), desk.bob.cookie)
  const clerks = (await bobs.get('/v1/clerks')).body as { clerks: { name: string; clerk_id: string }[] }
  const clerk_id = clerks.clerks.find(({ name }) => name === 'Bob')?.clerk_id
  await bobs.post('/v1/switch', { by: 'pin', clerk_id, pin: '1234' })
  expect((await bobs.get('/v1/sessions/order-1')).body).toMatchObject({ is_yours: true })
})

test('the daemon and its audit are told who asked', async () => {
  await using desk = await openDesk()
  const { control, bob } = desk
  await bob.post('/v1/scans')
  await bob.post('/v1/encodes', { access_method_id: '33333333-3333-4333-8333-333333333333' })
  control.show({ ...waitingSession, orderId: OrderId.parse('order-1') })
  await bob.post('/v1/sessions/order-1/cancel')
  await bob.post('/v1/encoders/take_over', { order_id: 'order-1' })
  await bob.post('/v1/grants/reveal', { access_method_id: 'method-1', secret: 'code' })
  expect(control.orderedByLabels).toEqual(['Bob'])
  const { text } = await bob.get('/v1/audit')
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; ordered_by: string; outcome: string | null })
  expect(lines.slice(-5)).toMatchObject([
    { event: 'ordered', ordered_by: 'Bob', order_id: 'order-1' },
    { event: 'ordered', ordered_by: 'Bob', order_id: 'order-1' },
    { event: 'cancelled', ordered_by: 'Bob', order_id: 'order-1' },
    { event: 'takenOver', ordered_by: 'Bob', order_id: 'order-1' },
    { event: 'revealed', ordered_by: 'Bob', outcome: 'method-1 code' },
  ])
})
