import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { OrderId } from '../../src/contract/ids.ts'
import type { EndingBody } from '../../src/control/schema.ts'
import { findFaults, launchBrowser, openPage } from './support/browser.ts'
import { openFakeDesk, type Handler } from './support/fake-desk.ts'
import { endings, frontDesk, idOf, lockEncoder, sessionOf } from './support/fake-state.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const orderId = OrderId.parse('order-1')
const ordered: Handler = () => ({ order_id: orderId })
const scanned: EndingBody = {
  kind: 'scanned',
  card_uid: '04A1B2C3',
  technology: 'mifare-classic-1k',
  card_number: null,
  record: {
    acs_credential_id: idOf('7'),
    card_number: '1234567',
    starts_at: '2026-11-20T14:00:00.000Z',
    ends_at: '2026-11-24T10:00:00.000Z',
  },
  remark: null,
  comparison: { kind: 'out_of_sync', properties: ['ends_at'] },
}

test('the code of the link is used once, and is out of the address before anything is shown', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Cards to make' }).waitFor()
  expect(page.url()).toBe(`${desk.endpoint}/`)
  expect(desk.calls.filter(({ name }) => name === 'signIn')).toHaveLength(1)
  await page.reload()
  await page.getByRole('heading', { name: 'Cards to make' }).waitFor()
  expect(desk.calls.filter(({ name }) => name === 'signIn')).toHaveLength(1)
})

test('an old link says that it is no longer accepted, and what to do', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, `${desk.endpoint}/#sign-in=old`)
  await page.getByText('The PIN, badge or link is not accepted.').waitFor()
  await page.getByText('encoder-bridge open', { exact: true }).waitFor()
})

test('the keyboard alone makes a card: a room is typed, Enter orders, and the ending is put away', async () => {
  await using desk = await openFakeDesk({ encode: ordered })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  await page.keyboard.type('suite')
  await page.getByRole('heading', { name: 'Room 101' }).waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await expect
    .poll(() => desk.calls.find(({ name }) => name === 'encode')?.input)
    .toEqual({
      access_method_id: idOf('2'),
      encoder: frontDesk.encoder_id,
      purpose: 'new',
    })
  desk.show(sessionOf())
  const lane = page.getByRole('article', { name: 'Front Desk' })
  await lane.getByText('Place the card on Front Desk.').waitFor()
  await lane.getByText('Suite 201').waitFor()
  desk.show(sessionOf({ revision: 2, state: 'ended', ending: endings.encoded }))
  await lane.getByText('The card works').waitFor()
  await page.keyboard.press('Escape')
  await lane.getByText('The card works').waitFor({ state: 'detached' })
})

test('a lock system gets as many copies as were chosen, at the encoder that was chosen', async () => {
  await using desk = await openFakeDesk({ encode: ordered })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('radio', { name: 'Night Desk' }).check()
  await page.getByRole('button', { name: 'One more' }).click()
  await page.getByRole('button', { name: 'Additional key Earlier keys stay valid Room 101' }).click()
  await expect
    .poll(() => desk.calls.find(({ name }) => name === 'encode')?.input)
    .toEqual({
      access_method_id: idOf('1'),
      encoder: lockEncoder.encoder_id,
      purpose: 'additional',
      copies: 2,
    })
})

test('two encoders work side by side, each with its own session', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  desk.show(sessionOf())
  desk.show(
    sessionOf({
      order_id: OrderId.parse('order-2'),
      encoder_id: lockEncoder.encoder_id,
      encoder_name: lockEncoder.name,
      prompt: 'Put a card on Night Desk as it shows.',
    }),
  )
  const front = page.getByRole('article', { name: 'Front Desk' })
  const night = page.getByRole('article', { name: 'Night Desk' })
  await front.getByText('Place the card on Front Desk.').waitFor()
  await night.getByText('Put a card on Night Desk as it shows.').waitFor()
})

test('a key that would end another one is asked about, and ordered only after a yes', async () => {
  const encode: Handler = ({ is_confirmed: isConfirmed }: { is_confirmed?: boolean }) => {
    if (isConfirmed !== true) throw new BridgeError('order_unconfirmed')
    return { order_id: orderId }
  }
  await using desk = await openFakeDesk({ encode })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('button', { name: 'New key Earlier keys end Room 101' }).click()
  const question = page.getByRole('dialog', { name: 'A key that is still valid would end' })
  await question.waitFor()
  expect(await findFaults(page, 'cards-confirm')).toEqual([])
  expect(desk.calls.filter(({ name }) => name === 'encode')).toHaveLength(1)
  await question.getByRole('button', { name: 'Yes, make the new key' }).click()
  await question.waitFor({ state: 'detached' })
  await expect
    .poll(() => desk.calls.findLast(({ name }) => name === 'encode')?.input)
    .toMatchObject({ is_confirmed: true })
})

test('a question of a session is answered with the revision that was seen', async () => {
  await using desk = await openFakeDesk({ confirm: (_, __, state) => state.sessions.get('order-1') })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  desk.show(sessionOf({ revision: 7, state: 'awaiting_confirmation' }))
  await page.getByRole('button', { name: 'Yes, go on' }).click()
  await expect.poll(() => desk.calls.find(({ name }) => name === 'confirm')?.input).toEqual({ revision: 7 })
})

test('a card that works says so while Seam is not told yet', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  desk.state.status = {
    ...desk.state.status,
    link: { ...desk.state.status.link, state: 'waiting' },
    outbox: { waiting: 1, oldest_at: '2026-11-24T10:00:00.000Z', refused: 0 },
  }
  desk.tellLink()
  desk.show(sessionOf({ state: 'ended', ending: endings.encoded }))
  await page.getByText('Seam is not told yet: it will be').waitFor()
  await page.getByText('No link to Seam').waitFor()
  expect(await findFaults(page, 'cards-untold')).toEqual([])
})

test('a daemon that is gone is said to be gone, and comes back by itself', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  desk.show(sessionOf())
  await page.getByText('Place the card on Front Desk.').waitFor()
  await desk.stop()
  await page.getByText('The daemon does not answer.').waitFor()
  expect(await findFaults(page, 'unreachable')).toEqual([])
  // It ended while nobody listened.
  desk.state.sessions.set(orderId, sessionOf({ revision: 9, state: 'ended', ending: endings.spoiled }))
  await desk.restart()
  await page.getByText('This card does not work').waitFor()
  expect(await page.getByText('The daemon does not answer.').count()).toBe(0)
})

test('a locked page is unlocked by name and PIN, with the keys alone', async () => {
  const switchClerk: Handler = ({ pin }: { pin: string }, _, state) => {
    if (pin !== '4711') throw new BridgeError('sign_in_refused')
    state.me = { ...state.me, role: 'installer', clerk: { clerk_id: idOf('b'), name: 'Bo' } }
    return state.me
  }
  await using desk = await openFakeDesk(
    { switchClerk },
    { me: { via: 'page', role: null, clerk: null, has_clerks: true } },
  )
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('button', { name: 'Bo' }).click()
  await page.keyboard.type('1234')
  await page.keyboard.press('Enter')
  await page.getByText('The PIN, badge or link is not accepted.').waitFor()
  await page.keyboard.type('4711')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Cards to make' }).waitFor()
  expect(await page.getByRole('button', { name: 'Lock the page of Bo' }).isVisible()).toBe(true)
})

test('a card that is read is shown beside what Seam says', async () => {
  await using desk = await openFakeDesk({ scan: ordered })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Read a card' }).click()
  await page.getByRole('button', { name: 'Read a card' }).click()
  await expect.poll(() => desk.calls.some(({ name }) => name === 'scan')).toBe(true)
  desk.show(sessionOf({ kind: 'scan', state: 'ended', ending: scanned }))
  await page.getByText('The card is out of date').waitFor()
  await page.getByText('What differs').waitFor()
  await page.getByText('1234567').waitFor()
  expect(await findFaults(page, 'read')).toEqual([])
})

test('a stay ends later by the clock of its property', async () => {
  await using desk = await openFakeDesk({ extend: () => ({}), rooms: () => ({ rooms: [], error: null }) })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('button', { name: 'Change the stay Room 101' }).click()
  await page.getByLabel('The stay ends (time of Europe/Berlin)').fill('2026-11-28T11:00')
  await page.getByRole('button', { name: 'Save the new end' }).click()
  await page.getByText('Saved.').waitFor()
  expect(desk.calls.find(({ name }) => name === 'extend')?.input).toMatchObject({
    ends_at: '2026-11-28T10:00:00.000Z',
  })
  expect(await findFaults(page, 'stay')).toEqual([])
})

test('a browser that speaks German is spoken to in German, and remembers another choice', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl, 'de-DE')
  await page.getByRole('heading', { name: 'Karten anfertigen' }).waitFor()
  expect(await findFaults(page, 'cards-german')).toEqual([])
  await page.getByLabel('Sprache').selectOption('en')
  await page.reload()
  await page.getByRole('heading', { name: 'Cards to make' }).waitFor()
})
