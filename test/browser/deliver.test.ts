import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFaults, launchBrowser, openPage } from './support/browser.ts'
import { openFakeDesk, type Handler } from './support/fake-desk.ts'
import { grant, secrets } from './support/fake-grants.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const handlers: Readonly<Record<'grants' | 'reveal' | 'lock', Handler>> = {
  grants: ({ reservation_key: key }: { reservation_key?: string }) => ({
    grants: key === grant.reservation_key ? [grant] : [],
  }),
  reveal: ({ secret }: { secret: keyof typeof secrets }) => ({ value: secrets[secret] }),
  lock: (_, __, state) => {
    state.me = { ...state.me, role: null, clerk: null }
    return state.me
  },
}

const openDeliver = async () => {
  const desk = await openFakeDesk(handlers)
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Deliver' }).click()
  await page.getByLabel('Reservation, or id').fill('RES-7')
  await page.keyboard.press('Enter')
  await page.getByRole('article', { name: 'Room 101' }).waitFor()
  return { desk, page, [Symbol.asyncDispose]: desk[Symbol.asyncDispose] }
}

/** Whatever the browser holds of a page that could give a secret away. */
const everything = async (page: Awaited<ReturnType<typeof openPage>>): Promise<string> =>
  page.evaluate<string>(
    `JSON.stringify([document.documentElement.outerHTML, {...localStorage}, {...sessionStorage}, location.href])`,
  )

test('what is handed over is there when somebody asks for it, and never before', async () => {
  await using opened = await openDeliver()
  const { desk, page } = opened
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  expect(await findFaults(page, 'deliver')).toEqual([])
  const before = await everything(page)
  for (const secret of Object.values(secrets)) expect(before).not.toContain(secret)
  expect(desk.calls.map(({ name }) => name)).not.toContain('reveal')

  await page.getByRole('button', { name: 'Show: PIN code' }).click()
  await page.getByText(secrets.code).waitFor()
  await page.getByRole('button', { name: 'Show: Instant Key' }).click()
  await page.getByLabel('QR code of the Instant Key').waitFor()
  await page.getByRole('button', { name: 'Show: Client session token' }).click()
  await page.getByText(secrets.client_session_token).waitFor()
  expect(await findFaults(page, 'deliver-shown')).toEqual([])

  // An Instant Key opens once: neither the page nor the browser on its behalf may look at it.
  expect(asked.filter((url) => !url.startsWith(desk.endpoint))).toEqual([])
  const ways = await page.evaluate<string[]>(
    `[...document.querySelectorAll('[href],[src]')].map((one) => one.getAttribute('href') ?? one.getAttribute('src'))`,
  )
  expect(ways.filter((way) => way.startsWith('http') && !way.startsWith(desk.endpoint))).toEqual([])
  expect(ways.filter((way) => way.startsWith('sms:') || way.startsWith('mailto:'))).toHaveLength(2)

  await page.getByRole('button', { name: 'Hide: PIN code' }).click()
  expect(await everything(page)).not.toContain(secrets.code)
})

test('a lock takes every secret off the page', async () => {
  await using opened = await openDeliver()
  const { page } = opened
  await page.getByRole('button', { name: 'Show: PIN code' }).click()
  await page.getByText(secrets.code).waitFor()
  await page.getByRole('button', { name: 'Lock the page of Ada' }).click()
  await page.getByRole('heading', { name: 'Who is at the desk?' }).waitFor()
  expect(await everything(page)).not.toContain(secrets.code)
})

test('a secret is hidden again after a minute', async () => {
  await using desk = await openFakeDesk(handlers)
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('heading', { name: 'Cards to make' }).waitFor()
  await page.clock.install()
  await page.goto(`${desk.endpoint}/#/deliver/RES-7`)
  await page.reload()
  await page.getByRole('button', { name: 'Show: PIN code' }).click()
  await page.getByText(secrets.code).waitFor()
  await page.clock.fastForward(59_000)
  expect(await page.getByText(secrets.code).count()).toBe(1)
  await page.clock.fastForward(1_000)
  await page.getByText(secrets.code).waitFor({ state: 'detached' })
})

test('a reservation that nobody has is said to fit nothing', async () => {
  await using opened = await openDeliver()
  const { page } = opened
  await page.getByLabel('Reservation, or id').fill('RES-8')
  await page.keyboard.press('Enter')
  await page.getByText('Nothing fits.').waitFor()
  expect(await page.getByRole('article').count()).toBe(0)
})
