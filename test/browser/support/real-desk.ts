import type { Browser } from 'playwright-core'
import { openSite, type Site, type SiteOptions } from '../../support/site.ts'
import { openPage } from './browser.ts'

/**
 * The page of a real daemon, with a hub and emulated encoders as processes of their own.
 * @param prepare what is to be at the hub before the daemon asks it
 */
export const openRealDesk = async <T>(
  browser: Browser,
  prepare: (site: Site) => Promise<T>,
  options: SiteOptions = {},
) => {
  const site = await openSite({ ...options, joinsDemo: true })
  const prepared = await prepare(site)
  const daemon = site.startDaemon()
  await daemon.ready
  await site.encoderId()
  const { url } = await site.control('/v1/page_links', { role: 'installer' })
  const page = await openPage(browser, String(url))
  return { site, daemon, page, prepared, [Symbol.asyncDispose]: site[Symbol.asyncDispose] }
}
