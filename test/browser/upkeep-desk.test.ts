import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { openRealDesk } from './support/real-desk.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const nothing = (): Promise<void> => Promise.resolve()

test('an encoder that is unplugged says so and what to do, and is ready again when it comes back', async () => {
  await using desk = await openRealDesk(browser, nothing)
  const { site, page } = desk
  await page.getByRole('link', { name: 'Devices' }).click()
  const encoder = page.getByRole('article', { name: 'Front Desk' })
  await encoder.getByText('Ready').waitFor()
  await site.emulator.ask({ do: 'unplug' })
  await encoder.getByText('Not connected').waitFor()
  expect(await encoder.getByText('Next step').isVisible()).toBe(true)
  await site.emulator.ask({ do: 'plug' })
  await encoder.getByText('Ready').waitFor()
})

test('a card on one of two encoders tells which it is', async () => {
  await using desk = await openRealDesk(browser, nothing, {
    devices: [
      { driver: 'virtual', name: 'Front Desk', layout: 'demo' },
      { driver: 'virtual', name: 'Back Office', layout: 'demo' },
    ],
  })
  const { site, page } = desk
  await page.getByRole('link', { name: 'Devices' }).click()
  await page.getByRole('article', { name: 'Back Office' }).getByText('Ready').waitFor()
  await page.getByRole('button', { name: 'Identify by a card' }).click()
  await page.getByText('Tap a card on any encoder').waitFor()
  await site.control('/v1/virtual/cards/place', {
    encoder: 'Back Office',
    type: 'classic1k',
    uid: '01020304',
  })
  await page.getByText('That was Back Office.').waitFor()
  expect(await page.getByText('That was Front Desk.').count()).toBe(0)
})

test('the history of a real desk tells the pairing and a cancelled order', async () => {
  await using desk = await openRealDesk(browser, (site) => site.newAccessMethod())
  const { page } = desk
  await page.getByRole('button', { name: /^New key Earlier keys end Lobby$/ }).click()
  await page.getByRole('button', { name: 'Cancel this card' }).click()
  await page.getByText('Nothing changed').waitFor()
  await page.getByRole('link', { name: 'History' }).click()
  await page.getByText('Card untouched: The order was cancelled.', { exact: true }).waitFor()
  await page.getByLabel('Outcome').selectOption('Note')
  await page.getByText('Pairing changed').first().waitFor()
  expect(await page.getByText('The order was cancelled.').count()).toBe(0)
})

test('the examination of a real desk names what is in order and what is not', async () => {
  await using desk = await openRealDesk(browser, nothing)
  const { page } = desk
  await page.getByRole('link', { name: 'Diagnostics' }).click()
  await page.getByText(/^In order or not asked: \d+$/).click()
  await page.getByText(/Node \d+\.\d+/).waitFor()
  // The one encoder is there, and the daemon that answers holds its port.
  expect(await page.getByText('Valid; encoders configured: 1.').isVisible()).toBe(true)
})

test('the first person that is named signs in at the page from then on', async () => {
  await using desk = await openRealDesk(browser, nothing)
  const { page } = desk
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByRole('button', { name: 'Name somebody' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Bo')
  await dialog.getByLabel('PIN').fill('4711')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Bo' }).click()
  await page.getByLabel('PIN of Bo').fill('4711')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('button', { name: 'Lock the page of Bo' }).waitFor()
  expect(await page.getByRole('heading', { name: 'Bo' }).isVisible()).toBe(true)
})
