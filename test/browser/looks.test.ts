import type { Browser } from 'playwright-core'
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

test('cards that wait look right', async () => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  expect(await findFaults(page, 'cards')).toEqual([])
})

test.each([
  ['waits for its card', sessionOf()],
  [
    'is written',
    sessionOf({
      state: 'writing',
      prompt: 'Leave the card where it is: it is being written.',
      progress: { done: 2, total: 6 },
      is_cancellable: false,
    }),
  ],
  [
    'asks',
    sessionOf({
      state: 'awaiting_confirmation',
      prompt: 'A key of these doors is still valid and ends with the new one. Confirm, or cancel.',
    }),
  ],
])('a session that %s looks right', async (name, session) => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  desk.show(session)
  await page.getByText(session.prompt).waitFor()
  expect(await findFaults(page, `session-${name.replaceAll(' ', '-')}`)).toEqual([])
})

test.each(Object.entries(endings))('the ending %s looks right', async (name, ending) => {
  await using desk = await openFakeDesk({})
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  desk.show(sessionOf({ state: 'ended', is_cancellable: false, ending }))
  await page.locator(`.ending-${name}`).waitFor()
  expect(await findFaults(page, `ending-${name}`)).toEqual([])
})
