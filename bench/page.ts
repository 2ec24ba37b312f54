import { performance } from 'node:perf_hooks'
import type { BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from '../test/browser/support/browser.ts'
import { type Daemon, type Desk, openDesk } from './desk.ts'
import { encodeCards, orderAccessMethod, writingTimes } from './encode-cards.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const RUNS = 15
const READY_LIMIT_MS = 1000
const EVENT_LIMIT_MS = 50
const PAGES = 20
const CARDS = 7
/** What encoding may take more while pages are open. */
const PAGES_LIMIT_RATIO = 1.1
const WAITING_CARDS = 20

/** Opens a browser that is signed in, as `encoder-bridge open` signs it in. */
const signIn = async (
  daemon: Daemon,
): Promise<{ context: BrowserContext; home: string } & AsyncDisposable> => {
  const browser = await launchBrowser()
  const context = await browser.newContext({ locale: 'en-GB' })
  const { url } = (await daemon.post('/v1/page_links', {})) as { url: string }
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.close()
  return { context, home: new URL(url).origin, [Symbol.asyncDispose]: () => browser.close() }
}

const openPage = async (context: BrowserContext, home: string): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(home)
  await page.getByRole('button', { name: 'New key' }).first().waitFor()
  return page
}

/** From the navigation to the list of waiting cards with buttons that can be pressed. */
const measureReady = async (context: BrowserContext, home: string): Promise<Row> => {
  const times: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    const startedMs = performance.now()
    const page = await openPage(context, home)
    await page.getByRole('button', { name: 'New key' }).first().click({ trial: true })
    times.push(performance.now() - startedMs)
    await page.close()
  }
  return createRow({ name: 'page ready, navigation to list', unit: 'ms', limit: READY_LIMIT_MS }, times)
}

const WAITS = '[data-state="waiting_for_card"]'

/** From the instant that an event bears to what it changes on the page, both by this computer's clock. */
const measureEvents = async (daemon: Daemon, context: BrowserContext, home: string): Promise<Row> => {
  const page = await openPage(context, home)
  let tell: (atMs: number) => void = () => undefined
  const line = await daemon.follow(({ at, session }) => {
    if (session?.state === 'waiting_for_card') tell(Date.parse(at))
  })
  const times: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    const shown = page.evaluate<number>(`new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (document.querySelector('${WAITS}') === null) return
        observer.disconnect()
        resolve(performance.timeOrigin + performance.now())
      })
      observer.observe(document.body, { subtree: true, childList: true, attributes: true })
    })`)
    const told = new Promise<number>((resolve) => {
      tell = resolve
    })
    const { order_id: orderId } = await daemon.post('/v1/scans', {})
    times.push((await shown) - (await told))
    await daemon.post(`/v1/sessions/${String(orderId)}/cancel`, {})
    await page.locator(WAITS).waitFor({ state: 'detached' })
  }
  line[Symbol.dispose]()
  await page.close()
  return createRow({ name: 'event to page', unit: 'ms', limit: EVENT_LIMIT_MS }, times)
}

const uidsFrom = (first: number): readonly string[] =>
  Array.from({ length: CARDS }, (_, card) => `DE0000${String(first + card).padStart(2, '0')}`)

/** The same cards with no page open and with many. */
const measureManyPages = async (
  desk: Desk,
  daemon: Daemon,
  context: BrowserContext,
  home: string,
): Promise<Row> => {
  await encodeCards(desk, uidsFrom(0))
  const alone = await writingTimes(daemon)
  for (let opened = 0; opened < PAGES; opened += 1) await openPage(context, home)
  await encodeCards(desk, uidsFrom(CARDS))
  const beside = (await writingTimes(daemon)).slice(alone.length)
  return createRow(
    {
      name: `encode with ${PAGES} pages open`,
      unit: 'ms',
      comparison: { name: 'none open', value: summarize(alone).median, limit: PAGES_LIMIT_RATIO },
    },
    beside,
  )
}

/** The operator's page in a real browser on this computer; browser and daemon share its processors. */
export const measurePage = async (): Promise<readonly Row[]> => {
  await using desk = await openDesk({ encoders: 1, time: 'exact', layout: 'image', sessionBaudRate: 921_600 })
  for (let card = 0; card < WAITING_CARDS; card += 1) await orderAccessMethod(desk.seam)
  const daemon = await desk.startWhole()
  await using browser = await signIn(daemon)
  const { context, home } = browser
  return [
    await measureReady(context, home),
    await measureEvents(daemon, context, home),
    await measureManyPages(desk, daemon, context, home),
  ]
}
