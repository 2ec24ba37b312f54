import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand, startCommand } from '../support/command.ts'
import { launchBrowser, openPage } from './support/browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** A port for a daemon that is to come back at the same one. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** A hub, and a daemon that was installed a moment ago: no configuration, no pairing. */
const openNewDesk = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'first-run-'))
  const data = join(folder, 'desk')
  const hub = startCommand(['hub', '--data', join(folder, 'hub'), '--port', '0', '--seed', 'demo', '--json'])
  const { endpoint, api_key: apiKey } = (await hub.ready) as { endpoint: string; api_key: string }
  const port = String(await freePort())
  const daemon = startCommand(['run', '--data', data, '--port', port, '--json'])
  await daemon.ready
  const control = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const token = readFileSync(join(data, 'control-token'), 'utf8').trim()
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as Record<string, unknown>
  }
  const claim = (code: string) => runCommand(['hub', 'claim', code, '--hub', endpoint, '--api-key', apiKey])
  return {
    endpoint,
    control,
    claim,
    [Symbol.asyncDispose]: async () => {
      await daemon.kill()
      await hub.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

test(
  'a desk is set up from nothing to a real test card, in the browser alone',
  { timeout: 120_000 },
  async () => {
    await using desk = await openNewDesk()
    const { url } = await desk.control('/v1/page_links', {})
    const page = await openPage(browser, String(url))
    page.setDefaultTimeout(40_000)
    const step = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) })

    await page.getByRole('heading', { name: 'Set up this desk' }).waitFor()
    await page.getByLabel('A lock system, or another port').check()
    await page.getByLabel('Driver').selectOption('virtual')
    await page.getByLabel('Name').fill('Front Desk')
    await page.getByRole('button', { name: 'Save and restart' }).click()
    await step('Connect an encoder').getByText('Set up: Front Desk').waitFor()

    await page.getByLabel('Address of the hub').fill(desk.endpoint)
    await page.getByRole('button', { name: 'Pair' }).click()
    const code = await page.locator('.pairing-code .code').innerText()
    expect((await desk.claim(code)).code).toBe(0)
    await step('Pair with the hub').getByText(`Paired with ${desk.endpoint}`).waitFor()

    // Left, and gone on with: nothing of how far it is lies in the browser.
    await page.reload()
    await page.goto(`${new URL(String(url)).origin}/#/setup`)
    await step('Make a test card').getByRole('button', { name: 'Write a test card' }).click()
    await page.getByText('Place the card on Front Desk.').waitFor()
    await desk.control('/v1/virtual/cards/place', {
      encoder: 'Front Desk',
      type: 'classic1k',
      uid: '01020304',
    })
    await page.getByText('It works: the test card was written and read back.').waitFor()
    await page.getByText('This desk is ready.').waitFor()
    await page.getByRole('link', { name: 'To the cards' }).click()
    await page.getByRole('heading', { name: 'Cards to make' }).waitFor()
  },
)
