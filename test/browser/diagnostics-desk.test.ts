import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openJournal } from '../../src/journal/journal.ts'
import { launchBrowser } from './support/browser.ts'
import { openRealDesk } from './support/real-desk.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const uid = 'DEADBEEF'
const CARD_KEY = 'C1A5C1A5C1A5'
/** MF1S503x, 8.6: block 0 holds UID, check byte, SAK and ATQA; a trailer key A, the access bits as delivered, and key B. */
const trailer = `${CARD_KEY}FF078069${CARD_KEY}`
const memory = [
  `${uid}22080400`.padEnd(32, '0'),
  '00'.repeat(32),
  trailer,
  ...Array.from({ length: 15 }, () => '00'.repeat(48) + trailer),
].join('')

const ours = {
  name: 'ours',
  technologies: ['mifare-classic-1k'],
  content: { kind: 'record', sector: 2, key: { type: 'A', value: CARD_KEY } },
}

/** The files of the bundle, as the browser saves it. */
const download = async (page: Page): Promise<Readonly<Record<string, string>>> => {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download the bundle' }).click(),
  ])
  const files = unzipSync(readFileSync(await saved.path()))
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]))
}

/** What the daemon holds of the hub: its token, and the keys of the site. Only once it has stopped. */
const pairedSecrets = (deskDir: string): Readonly<Record<string, string>> => {
  const journal = openJournal({ path: join(deskDir, 'journal.db') })
  try {
    const [key] = [...(journal.siteKeys()?.keys.values() ?? [])].map((bytes) => Buffer.from(bytes))
    return {
      bridgeToken: journal.pairing()?.token ?? '',
      siteKeyHex: key?.toString('hex') ?? '',
      siteKeyBase64: key?.toString('base64') ?? '',
    }
  } finally {
    journal.close()
  }
}

test('the log of a real desk is followed as it is written, and shown by weight', async () => {
  await using desk = await openRealDesk(browser, () => Promise.resolve())
  const { site, page } = desk
  await page.getByRole('link', { name: 'Diagnostics' }).click()
  const log = page.getByRole('list', { name: 'Log' })
  await log.getByText('linked to the hub').waitFor()
  expect(await log.getByText('encoder unavailable').count()).toBe(0)
  await site.emulator.ask({ do: 'unplug' })
  await log.getByText('encoder unavailable').first().waitFor()
  await site.stopHub()
  await page.getByLabel('From').selectOption({ label: 'warnings' })
  await log.getByText('no link to the hub').first().waitFor()
  expect(await log.getByText('encoder unavailable').count()).toBe(0)
  expect(await log.getByText('linked to the hub').count()).toBe(0)
  await page.getByLabel('From').selectOption({ label: 'information' })
  await log.getByText('linked to the hub').waitFor()
})

test('a fault that is shown during a capture is in the bundle, and no secret of the desk is', async () => {
  await using desk = await openRealDesk(browser, (site) => site.newAccessMethod(), {
    layout: 'ours',
    layouts: [ours],
  })
  const { site, page, daemon } = desk
  await page.getByRole('link', { name: 'Diagnostics' }).click()
  await page.getByRole('button', { name: 'Start the capture' }).click()
  await page.getByText('Now show the fault again.').waitFor()

  await site.emulator.ask({ do: 'inject', fault: 'removeCardAfterWrites', count: 1 })
  await site.emulator.ask({ do: 'place', type: 'classic1k', uid, memory })
  await page.getByRole('link', { name: 'Cards' }).click()
  await page.getByRole('button', { name: 'New key Earlier keys end Lobby', exact: true }).click()
  await page.getByText('Put the same card back on Front Desk.').waitFor()
  await page.getByRole('button', { name: 'Cancel this card' }).click()
  await page.getByText('This card does not work').waitFor()
  // A key that is used to pair with a hub that does not answer must not get into the log either.
  const failed = await site.control('/v1/pairing', {
    hub_endpoint: 'http://127.0.0.1:1',
    api_key: site.apiKey,
  })
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'hub_unreachable' } })

  await page.getByRole('link', { name: 'Diagnostics' }).click()
  await page.getByRole('button', { name: 'Stop the capture' }).click()
  await page.getByRole('button', { name: 'Start the capture' }).waitFor()
  const files = await download(page)

  expect(files['log.jsonl']).toContain('"message":"session ended"')
  expect(files['log.jsonl']).toContain('"ending":"spoiled"')
  // Block 8 is the first of sector 2: it was opened with the key of the layout.
  expect(files['capture.jsonl']).toContain('"call":"write block 8"')
  expect(files['capture.jsonl']).toContain('"capture":"stopped"')
  expect(JSON.parse(files['doctor.json'] ?? '')).toMatchObject({
    checks: expect.arrayContaining([
      expect.objectContaining({ name: 'configuration', message: 'Valid; encoders configured: 1.' }),
    ]),
  })

  const [cookie] = await page.context().cookies()
  expect(await daemon.stop()).toBe(0)
  const planted = {
    ...pairedSecrets(site.deskDir),
    controlToken: readFileSync(join(site.deskDir, 'control-token'), 'utf8').trim(),
    cookie: cookie?.value ?? '',
    apiKey: site.apiKey,
    cardKey: CARD_KEY,
    uid,
  }
  for (const [name, secret] of Object.entries(planted)) {
    expect(secret.length, name).toBeGreaterThanOrEqual(uid.length)
  }
  const found = Object.entries(files).flatMap(([file, text]) =>
    Object.entries(planted)
      .filter(([, secret]) => text.toLowerCase().includes(secret.toLowerCase()))
      .map(([name]) => `${name} in ${file}`),
  )
  expect(found).toEqual([])
})
