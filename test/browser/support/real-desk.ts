import type { Browser } from 'playwright-core'
import { openSite, type SiteOptions } from '../../support/site.ts'
import { openPage } from './browser.ts'

/** The page of a real daemon, with a hub and emulated encoders as processes of their own. */
export const openRealDesk = async (browser: Browser, options: SiteOptions = {}) => {
  const site = await openSite(options)
  await site.startDaemon().ready
  await site.encoderId()
  const { url } = await site.control('/v1/page_links', { role: 'installer' })
  const page = await openPage(browser, String(url))
  return { site, page, [Symbol.asyncDispose]: site[Symbol.asyncDispose] }
}
