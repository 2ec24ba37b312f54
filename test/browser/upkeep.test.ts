import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import type { EventBody } from '../../src/control/schema/events.ts'
import { launchBrowser, openPage } from './support/browser.ts'
import { openFakeDesk, type FakeDesk } from './support/fake-desk.ts'
import { endings, frontDesk, idOf, sessionOf, startState } from './support/fake-state.ts'
import * as told from './support/upkeep-answers.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const { status } = startState()
const inputsOf = (desk: FakeDesk, name: string) =>
  desk.calls.filter((call) => call.name === name).map(({ input }) => input)

const openDevices = async (answers: Parameters<typeof openFakeDesk>[0], encoders = told.manyDevices) => {
  const desk = await openFakeDesk(answers, { me: told.installer, status: { ...status, encoders } })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Devices' }).click()
  await page.getByRole('article', { name: 'Front Desk' }).waitFor()
  return { ...desk, page }
}

test('a device is asked to show itself, and the page says which it was', async () => {
  await using desk = await openDevices({ identify: () => ({ kind: 'seen', encoder: frontDesk }) })
  const { page } = desk
  await page.getByRole('button', { name: 'Identify by a card' }).click()
  await page.getByText('That was Front Desk.').waitFor()
  await page.getByRole('article', { name: 'Front Desk' }).getByRole('button', { name: 'Identify' }).click()
  await expect
    .poll(() => inputsOf(desk, 'identify'))
    .toEqual([{ wait_ms: 25_000 }, { encoder: frontDesk.encoder_id, wait_ms: 25_000 }])
})

test('of twins a card says which is which', async () => {
  let resolve: (answer: unknown) => void = () => undefined
  const answered = new Promise<unknown>((settle) => {
    resolve = settle
  })
  await using desk = await openDevices({ identify: () => answered })
  const { page } = desk
  await page.getByRole('button', { name: 'Find “Desk 1” by a card' }).click()
  await page.getByText('Tap a card on the one called “Desk 1”').waitFor()
  resolve({ kind: 'set_up', encoder: { ...frontDesk, name: 'Desk 1' }, path: '/dev/ttyUSB1' })
  await page.getByText('What is at /dev/ttyUSB1 is Desk 1 from now on.').waitFor()
  expect(inputsOf(desk, 'identify')).toEqual([{ encoder: idOf('3'), wait_ms: 25_000 }])
})

test('another device in a place is used only after a question is answered', async () => {
  await using desk = await openDevices({ accept: () => ({ encoders: told.manyDevices }) })
  const { page } = desk
  await page.getByRole('button', { name: 'Use this device from now on' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Use the device that is connected now as “Back Office”?').waitFor()
  expect(inputsOf(desk, 'accept')).toEqual([])
  await dialog.getByRole('button', { name: 'Use this device from now on' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(inputsOf(desk, 'accept')).toEqual([{ encoder: idOf('4') }])
})

test('a test card is followed to its end, and is never called a card to hand out', async () => {
  const orderId = OrderId.parse('test-1')
  await using desk = await openDevices({ testCard: () => ({ order_id: orderId }) }, [frontDesk])
  const { page } = desk
  await page.getByRole('button', { name: 'Write a test card' }).click()
  await expect.poll(() => inputsOf(desk, 'testCard')).toEqual([{ encoder: frontDesk.encoder_id }])
  desk.show(sessionOf({ order_id: orderId }))
  await page.getByText('Place the card on Front Desk.').waitFor()
  desk.show(sessionOf({ order_id: orderId, revision: 2, state: 'ended', ending: endings.encoded }))
  await page.getByText('It works: the test card was written and read back.').waitFor()
  await page.getByRole('link', { name: 'Cards to make' }).click()
  await page.getByRole('heading', { name: 'Room 101' }).waitFor()
  expect(await page.getByText('Hand it out').count()).toBe(0)
})

test('a device that is chosen from what is connected is saved behind the others, and the daemon restarts', async () => {
  await using desk = await openDevices(
    {
      connected: () => told.connected,
      drivers: () => told.drivers,
      settings: () => told.settings(),
      replaceSettings: () => told.settings({ revision: 'two' }),
      restart: () => ({ restarting: true }),
    },
    [frontDesk],
  )
  const { page } = desk
  await page.getByRole('link', { name: 'Add a device' }).click()
  await page.getByLabel('ACS ACR122U PICC Interface 00 00').check()
  await page.getByLabel('Name').fill('front desk')
  await page.getByText('There is a device of this name already.').waitFor()
  await page.getByLabel('Name').fill('Back Office')
  await page.getByRole('button', { name: 'Save and restart' }).click()
  await page.getByText('The daemon restarts.').waitFor()
  const { values } = told.settings()
  expect(inputsOf(desk, 'replaceSettings')).toEqual([
    {
      revision: 'one',
      values: {
        ...values,
        devices: [
          ...(values['devices'] as unknown[]),
          { driver: 'pcsc', path: 'ACS ACR122U PICC Interface 00 00', name: 'Back Office' },
        ],
      },
    },
  ])
  await desk.stop()
  desk.state.status = {
    ...status,
    started_at: '2026-11-24T10:05:00.000Z',
    encoders: [frontDesk, { ...frontDesk, encoder_id: idOf('8'), name: 'Back Office' }],
  }
  await desk.restart()
  await page.getByText('The daemon is back.').waitFor()
  await page.getByRole('button', { name: 'Devices' }).click()
  await page.getByRole('article', { name: 'Back Office' }).waitFor()
})

test('the history is asked for a time, and filtered by encoder and outcome', async () => {
  await using desk = await openFakeDesk({ audit: () => told.audit }, { me: told.installer })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'History' }).click()
  await page.getByText('4 entries').waitFor()
  await page.getByLabel('Outcome').selectOption('Not done')
  await page.getByText('Card untouched: No card was placed in time.', { exact: true }).waitFor()
  await page.getByText('1 entry').waitFor()
  await page.getByLabel('Encoder').selectOption('Front Desk')
  await page.getByText('Nothing that fits these filters.').waitFor()
  await page.getByLabel('Time').selectOption('Everything')
  await expect.poll(() => inputsOf(desk, 'audit').at(-1)).toEqual({})
})

test('a code is shown with the time that it has left, and goes when it was claimed', async () => {
  let isClaimed = false
  const pending = {
    state: 'pending',
    pairing_code: 'AB12-CD34',
    expires_at: '2026-11-24T10:05:00.000Z',
    remaining_ms: 300_000,
  }
  const paired = { state: 'paired', bridge_id: 'b', acs_system_id: 's', hub_endpoint: 'https://hub.example' }
  await using desk = await openFakeDesk(
    { pairing: () => (isClaimed ? paired : { state: 'unpaired' }), pair: () => pending },
    {
      me: told.installer,
      status: { ...status, link: { ...status.link, state: 'unpaired', hub_endpoint: null } },
    },
  )
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Connection' }).click()
  await page.getByLabel('Address of the hub').fill('https://hub.example')
  await page.getByRole('button', { name: 'Pair' }).click()
  await page.getByText('AB12-CD34', { exact: true }).waitFor()
  await page.getByText(/^It lives 4:\d\d more\.$/).waitFor()
  isClaimed = true
  await page.getByText('AB12-CD34', { exact: true }).waitFor({ state: 'detached' })
  expect(inputsOf(desk, 'pair')).toEqual([{ hub_endpoint: 'https://hub.example' }])
})

test('an API key is sent once and stays in no field', async () => {
  const unpaired = { ...status, link: { ...status.link, state: 'unpaired' as const } }
  await using desk = await openFakeDesk(
    {
      pairing: () => ({ state: 'unpaired' }),
      pair: () => ({
        state: 'paired',
        bridge_id: 'b',
        acs_system_id: 's',
        hub_endpoint: 'https://hub.example',
      }),
    },
    { me: told.installer, status: unpaired },
  )
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Connection' }).click()
  await page.getByLabel('With an API key').check()
  const field = page.getByLabel('API key', { exact: true })
  await field.fill('seam_key')
  expect(await field.getAttribute('type')).toBe('password')
  await page.getByRole('button', { name: 'Pair' }).click()
  await expect.poll(() => field.inputValue()).toBe('')
  expect(inputsOf(desk, 'pair')).toEqual([{ hub_endpoint: 'https://hub.example', api_key: 'seam_key' }])
})

const logLine = (message: string, level: 'info' | 'debug' = 'info'): EventBody => ({
  type: 'log.line',
  at: '2026-11-24T10:00:01.000Z',
  line: { at: '2026-11-24T10:00:01.000Z', level, component: 'hub', message, fields: {} },
})

test('the log goes on by itself, shows what is heavy enough, and stands still while it is paused', async () => {
  await using desk = await openFakeDesk(
    { log: () => told.log, doctor: () => told.examination, diagnostics: () => ({ capture: null }) },
    { me: told.installer },
  )
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Diagnostics' }).click()
  await page.getByText('the hub does not answer').waitFor()
  desk.tell(logLine('first of the live ones'))
  desk.tell(logLine('a light one', 'debug'))
  await page.getByText('first of the live ones').waitFor()
  expect(await page.getByText('a light one').count()).toBe(0)
  await page.getByLabel('From').selectOption('details')
  await page.getByText('a light one').waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  desk.tell(logLine('while it is paused'))
  await page.getByText('Paused; lines since: 1').waitFor()
  expect(await page.getByText('while it is paused').count()).toBe(0)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('while it is paused').waitFor()
})

test('somebody is named, given a badge, and removed', async () => {
  const ada = startState().clerks[0]
  const people = {
    addClerk: (input: { name: string }) => ({ ...ada, clerk_id: idOf('c'), name: input.name }),
    learnBadge: () => ({ ...ada, has_badge: true }),
    removeClerk: () => ({}),
  }
  await using desk = await openFakeDesk(people, { me: told.installer })
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByRole('button', { name: 'Name somebody' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Cy')
  await dialog.getByLabel('PIN').fill('12')
  await dialog.getByText('A PIN has 4 to 12 digits.').waitFor()
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
  await dialog.getByLabel('PIN').fill('1234')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(inputsOf(desk, 'addClerk')).toEqual([{ name: 'Cy', role: 'operator', pin: '1234' }])
  await page.getByRole('button', { name: 'Change Ada' }).click()
  await dialog.getByRole('button', { name: 'Learn a badge' }).click()
  await dialog.getByText('The badge of Ada is known now.').waitFor()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  expect(inputsOf(desk, 'removeClerk')).toEqual([])
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(inputsOf(desk, 'removeClerk')).toEqual([{}])
})
