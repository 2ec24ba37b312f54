import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFaults, launchBrowser, openPage } from './support/browser.ts'
import { openFakeDesk } from './support/fake-desk.ts'
import { faultOf, startState } from './support/fake-state.ts'
import * as told from './support/upkeep-answers.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const openInstallersDesk = (state: Parameters<typeof openFakeDesk>[1] = {}) =>
  openFakeDesk(
    {
      connected: () => told.connected,
      drivers: () => told.drivers,
      settings: () => told.settings(),
      doctor: () => told.examination,
      log: () => told.log,
      diagnostics: () => ({
        capture: {
          started_at: '2026-11-24T10:00:00.000Z',
          ends_at: '2026-11-24T10:30:00.000Z',
          lines: 512,
        },
      }),
      audit: () => told.audit,
      pairing: () => ({ state: 'unpaired' }),
    },
    { me: told.installer, ...state },
  )

const withDevices = (encoders: ReturnType<typeof startState>['status']['encoders']) => ({
  status: { ...startState().status, encoders },
})

test('the devices look right: ready, in use, twins, another in its place; and how one is added', async () => {
  await using desk = await openInstallersDesk(withDevices(told.manyDevices))
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Devices' }).click()
  await page.getByRole('article', { name: 'Back Office' }).waitFor()
  await page.getByRole('article', { name: 'Front Desk' }).getByText('Details').click()
  expect(await findFaults(page, 'devices')).toEqual([])
  await page.getByRole('link', { name: 'Add a device' }).click()
  await page.getByText('ACS ACR122U PICC Interface 00 00').first().click()
  await page.getByLabel('Name').waitFor()
  expect(await findFaults(page, 'devices-add')).toEqual([])
})

test('the history looks right, with one order opened', async () => {
  await using desk = await openInstallersDesk()
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'History' }).click()
  await page.getByText('Card made', { exact: true }).click()
  await page.getByText('Read back and right').waitFor()
  expect(await findFaults(page, 'history')).toEqual([])
})

test('the connection looks right, paired and with trouble', async () => {
  const { status } = startState()
  await using desk = await openInstallersDesk({
    status: {
      ...status,
      link: { ...status.link, state: 'waiting', clock_skew_ms: 95_000, error: faultOf('hub_unreachable') },
      outbox: { waiting: 2, oldest_at: '2026-11-24T08:00:00.000Z', refused: 1 },
    },
  })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Connection' }).click()
  await page.getByText('95 s ahead of the hub’s').waitFor()
  await page.getByText('Pair anew').click()
  expect(await findFaults(page, 'connection')).toEqual([])
})

test('the diagnostics look right', async () => {
  await using desk = await openInstallersDesk()
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Diagnostics' }).click()
  await page.getByText('the hub does not answer').waitFor()
  await page.getByText('lines so far: 512').waitFor()
  expect(await findFaults(page, 'diagnostics')).toEqual([])
})

test('the settings look right, with a device opened', async () => {
  await using desk = await openInstallersDesk()
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.locator('summary', { hasText: 'Front Desk' }).click()
  expect(await findFaults(page, 'settings')).toEqual([])
})

test('people look right, in the list and being changed', async () => {
  await using desk = await openInstallersDesk()
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByRole('button', { name: 'Change Ada' }).waitFor()
  expect(await findFaults(page, 'people')).toEqual([])
  await page.getByRole('button', { name: 'Change Ada' }).click()
  await page.getByRole('button', { name: 'Learn a badge' }).waitFor()
  expect(await findFaults(page, 'people-change')).toEqual([])
})

test('the first run looks right at its first step and at its last', async () => {
  const { status } = startState()
  await using fresh = await openInstallersDesk({
    status: { ...status, encoders: [], link: { ...status.link, state: 'unpaired', hub_endpoint: null } },
  })
  const page = await openPage(browser, fresh.signInUrl)
  await page.getByRole('heading', { name: 'Set up this desk' }).waitFor()
  await page.getByText('ACS ACR122U').first().waitFor()
  expect(await findFaults(page, 'setup-first')).toEqual([])
  await using desk = await openInstallersDesk()
  const later = await openPage(browser, desk.signInUrl)
  await later.getByRole('link', { name: 'Devices' }).waitFor()
  await later.goto(`${desk.endpoint}/#/setup`)
  await later.getByRole('button', { name: 'Write a test card' }).waitFor()
  expect(await findFaults(later, 'setup-test')).toEqual([])
})
