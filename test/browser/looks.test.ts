import type { Browser } from 'playwright-core'
import { OrderId } from '../../src/contract/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFaults, launchBrowser, openPage } from './support/browser.ts'
import { openFakeDesk } from './support/fake-desk.ts'
import { endings, sessionOf } from './support/fake-state.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('the page without a cookie says how to sign in, and looks right', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.endpoint)
  await page.getByText('encoder-bridge open').waitFor()
  expect(await findFaults(page, 'signed-out')).toEqual([])
})

test('the locked page looks right, with names and with the pad', async () => {
  await using desk = await openFakeDesk(
    {},
    { me: { via: 'page', role: null, clerk: null, has_clerks: true } },
  )
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('button', { name: 'Bo' }).waitFor()
  expect(await findFaults(page, 'locked')).toEqual([])
  await page.getByRole('button', { name: 'Bo' }).click()
  await page.getByLabel('PIN of Bo').waitFor()
  expect(await findFaults(page, 'pin')).toEqual([])
})

test('cards to make look right: waiting, at work, asking, and with every ending', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  expect(await findFaults(page, 'cards')).toEqual([])
  const states = {
    waiting: sessionOf(),
    writing: sessionOf({
      revision: 2,
      state: 'writing',
      progress: { done: 2, total: 6 },
      is_cancellable: false,
    }),
    asking: sessionOf({
      revision: 3,
      state: 'awaiting_confirmation',
      prompt: 'A key of these doors is still valid and ends with the new one. Confirm, or cancel.',
    }),
    ended: sessionOf({ revision: 4, state: 'ended', ending: endings.encoded }),
  }
  const { ended, ...running } = states
  for (const [name, session] of Object.entries(running)) {
    desk.show(session)
    await page.locator(`[data-state="${session.state}"]`).waitFor()
    expect(await findFaults(page, `cards-${name}`)).toEqual([])
  }
  desk.show(ended)
  for (const [name, ending] of Object.entries(endings)) {
    const order_id = OrderId.parse(`order-${name}`)
    desk.show(sessionOf({ order_id, state: 'ended', is_cancellable: false, ending }))
    await page.locator(`.ending-${name}`).waitFor()
    expect(await findFaults(page, `ending-${name}`)).toEqual([])
  }
})
