import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Site } from '../support/site.ts'
import { launchBrowser } from './support/browser.ts'
import { openRealDesk } from './support/real-desk.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const RESERVATION = 'RES-BROWSER'

/** A grant with every way in; the cloud key comes late. */
const everyMode = async (site: Site) => {
  await site.post('/access_methods/simulate/next_issue_will_be_delayed', { mode: 'cloud_key' })
  const identity = await site.seam.userIdentities.create({ full_name: 'A Guest' })
  const [entrance] = await site.seam.acs.entrances.list()
  const body = await site.post('/access_grants/create', {
    user_identity_id: identity.user_identity_id,
    acs_entrance_ids: [entrance?.acs_entrance_id],
    reservation_key: RESERVATION,
    requested_access_methods: ['code', 'mobile_key', 'cloud_key', 'card'].map((mode) => ({ mode })),
    starts_at: new Date(Date.now() - 60_000).toISOString(),
    ends_at: new Date(Date.now() + 86_400_000).toISOString(),
  })
  return body['access_grant'] as unknown as { readonly access_grant_id: string }
}

test('each way in is handed over as Seam has it, and the Instant Key is left unopened', async () => {
  await using desk = await openRealDesk(browser, everyMode)
  const { site, page, prepared } = desk
  await page.getByRole('link', { name: 'Deliver' }).click()
  await page.getByLabel('Reservation, or id').fill(RESERVATION)
  await page.keyboard.press('Enter')
  await page.getByRole('article').waitFor()

  const { access_grant_id } = prepared
  const methods = await site.seam.accessMethods.list({ access_grant_id })
  const ofMode = (mode: string) => methods.find((method) => method.mode === mode)
  const { code } = ofMode('code') as { code?: string }
  const { instant_key_url: url } = ofMode('mobile_key') as {
    instant_key_url?: string
  }
  expect(await page.content()).not.toContain(code)
  expect(await page.content()).not.toContain(url)

  await page.getByRole('button', { name: 'Show: PIN code' }).click()
  await page.getByText(String(code), { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Show: Instant Key' }).click()
  await page.getByLabel('QR code of the Instant Key').waitFor()
  await page.getByText(String(url), { exact: true }).waitFor()
  await page.getByText('Seam warns').waitFor()
  await page.getByText('The card has to be made first.').waitFor()
  // An Instant Key opens once (a POST of its own page): nobody has.
  const opened = await fetch(String(url), { method: 'POST', headers: { origin: site.endpoint } })
  expect(opened.status).toBe(200)
})
