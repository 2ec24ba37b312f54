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

const uid = 'DEADBEEF'
const card = { do: 'place', type: 'classic1k', uid } as const

const oneCard = (site: Site): Promise<string> => site.newAccessMethod()
/** The card of `oneCard`; the demo has one that waits, too, for the lobby and a room. */
const ours = { name: 'New key Earlier keys end Lobby', exact: true } as const
const theDemos = { name: 'New key Earlier keys end Lobby + 1 more', exact: true } as const

test('a card is ordered by one click, laid down, written, and works; Seam knows', async () => {
  await using desk = await openRealDesk(browser, oneCard, { isRealtime: true })
  const { site, page, prepared: access_method_id } = desk
  await page.getByRole('button', ours).click()
  await page.getByText('Place the card on Front Desk.').waitFor()
  await site.emulator.ask(card)
  await page.getByText('The card works').waitFor()
  await page.getByRole('button', ours).waitFor({ state: 'detached' })
  expect(await site.seam.accessMethods.get({ access_method_id })).toMatchObject({ is_issued: true })
  await page.getByRole('button', { name: 'Done, next card' }).click()
  expect(await page.getByText('The card works').count()).toBe(0)
})

test('a card that is taken away in mid-write is asked for again, and is right in the end', async () => {
  await using desk = await openRealDesk(browser, oneCard)
  const { site, page } = desk
  await site.emulator.ask({ do: 'inject', fault: 'removeCardAfterWrites', count: 1 })
  await site.emulator.ask(card)
  await page.getByRole('button', ours).click()
  await page.getByText('Put the same card back on Front Desk.').waitFor()
  await site.emulator.ask(card)
  await page.getByText('The card works').waitFor()
  expect((await site.emulator.writes(uid)).every((count) => count <= 2)).toBe(true)
})

test('a card that nobody wants any more is cancelled, and nothing has changed', async () => {
  await using desk = await openRealDesk(browser, oneCard)
  const { page } = desk
  await page.getByRole('button', ours).click()
  await page.getByRole('button', { name: 'Cancel this card' }).click()
  await page.getByText('Nothing changed').waitFor()
  await page.getByText('The order was cancelled.').waitFor()
  expect(await page.getByText('The card works').count()).toBe(0)
})

test('two encoders make two cards at once', async () => {
  await using desk = await openRealDesk(browser, oneCard, {
    devices: [
      { driver: 'pn532', name: 'Front Desk', layout: 'demo', hosted: [] },
      { driver: 'virtual', name: 'Back Office', layout: 'demo' },
    ],
  })
  const { site, page } = desk
  await page.getByRole('radio', { name: 'Front Desk' }).check()
  await page.getByRole('button', ours).click()
  const front = page.getByRole('article', { name: 'Front Desk' })
  await front.getByText('Place the card on Front Desk.').waitFor()
  await page.getByRole('radio', { name: 'Back Office' }).check()
  await page.getByRole('button', theDemos).click()
  const back = page.getByRole('article', { name: 'Back Office' })
  await back.getByText('Place the card on Back Office.').waitFor()
  await site.control('/v1/virtual/cards/place', {
    encoder: 'Back Office',
    type: 'classic1k',
    uid: '01020304',
  })
  await back.getByText('The card works').waitFor()
  expect(await front.getByText('Place the card on Front Desk.').isVisible()).toBe(true)
  await site.emulator.ask(card)
  await front.getByText('The card works').waitFor()
})

test('without a link a card still ends, Seam is told later, and the page says both', async () => {
  await using desk = await openRealDesk(browser, oneCard)
  const { site, page, prepared: access_method_id } = desk
  await page.getByRole('button', ours).click()
  await page.getByText('Place the card on Front Desk.').waitFor()
  await site.stopHub()
  await page.getByText('No link to Seam').waitFor()
  await site.emulator.ask(card)
  await page.getByText('The card works', { exact: true }).waitFor()
  await page.getByText('Seam is not told yet: it will be').waitFor()
  await site.startHub()
  await page.getByText('Connected to Seam').waitFor()
  await page.getByText('Seam is not told yet: it will be').waitFor({ state: 'detached' })
  expect(await site.seam.accessMethods.get({ access_method_id })).toMatchObject({ is_issued: true })
})

test('once somebody is named, the page asks who is there, and lets nobody in with a wrong PIN; the browser keeps no secret', async () => {
  await using desk = await openRealDesk(browser, oneCard)
  const { site, page } = desk
  await page.getByRole('button', ours).waitFor()
  expect(await page.evaluate<string>('JSON.stringify({...localStorage, ...sessionStorage})')).not.toMatch(
    /token|cookie|sign-in/i,
  )
  expect(await page.evaluate<string>('document.cookie')).toBe('')
  await site.control('/v1/clerks', { name: 'Ada', role: 'installer', pin: '4711' })
  await page.getByRole('button', { name: 'Ada' }).click()
  await page.keyboard.type('4711')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Lock the page of Ada' }).click()
  await page.getByRole('button', { name: 'Ada' }).click()
  await page.keyboard.type('1111')
  await page.keyboard.press('Enter')
  await page.getByText('The PIN, badge or link is not accepted.').waitFor()
})
