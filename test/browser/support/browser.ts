import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type Page } from 'playwright-core'
import { root } from '../../support/repository.ts'

/** The browser that Debian and Ubuntu install as `chromium`; another one is named by CHROMIUM. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

export interface Look {
  readonly colorScheme: 'light' | 'dark'
  readonly width: 1280 | 390
}

/** Every look that a view must keep in. */
const looks: readonly Look[] = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 390 },
]

export const openPage = async (browser: Browser, url: string, language = 'en-GB'): Promise<Page> => {
  const context = await browser.newContext({
    locale: language,
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  await page.goto(url)
  return page
}

const pictures = join(root, 'test/browser/pictures')

/** What axe finds at a page in one look, in words; the picture is kept for people. */
const violationsIn = async (page: Page, name: string, { colorScheme, width }: Look): Promise<string[]> => {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${width}.png`), fullPage: true })
  const { violations } = await new AxeBuilder({ page }).analyze()
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
  return [
    ...violations.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${name} ${colorScheme} ${width}: ${id}: ${node.failureSummary ?? ''} ${node.html}`,
      ),
    ),
    ...(wide > 0 ? [`${name} ${colorScheme} ${width}: ${wide} px wider than the screen`] : []),
  ]
}

/** What is wrong with a page for people, in every look; empty where nothing is. */
export const findFaults = async (page: Page, name: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const look of looks) found.push(...(await violationsIn(page, name, look)))
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 900 })
  return found
}
