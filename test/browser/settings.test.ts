import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import type { SettingsResponse } from '../../src/control/schema/upkeep.ts'
import { launchBrowser, openPage } from './support/browser.ts'
import { openFakeDesk, type FakeDesk } from './support/fake-desk.ts'
import { faultOf } from './support/fake-state.ts'
import { installer, settings } from './support/upkeep-answers.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** A desk that keeps its settings, and refuses a save over another revision as the daemon does. */
const openSettingsDesk = (refuse: () => BridgeError | null = () => null) => {
  let kept = settings({ restart_needed: [] })
  const replaceSettings = (input: {
    readonly revision: string
    readonly values: SettingsResponse['values']
  }): SettingsResponse => {
    const refusal = refuse()
    if (refusal !== null) throw refusal
    if (input.revision !== kept.revision) throw new BridgeError('settings_changed')
    kept = { ...kept, revision: 'two', values: input.values, restart_needed: ['sessions.cardTimeoutSeconds'] }
    return kept
  }
  const edit = (change: Partial<SettingsResponse>): void => {
    kept = { ...kept, ...change }
  }
  return openFakeDesk(
    {
      settings: () => kept,
      replaceSettings,
      restart: () => ({ restarting: true }),
    },
    { me: installer },
  ).then((desk) => ({ ...desk, edit }))
}

const openSettings = async (desk: FakeDesk): Promise<Page> => {
  const page = await openPage(browser, desk.signInUrl)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByLabel('Wait for a card').waitFor()
  return page
}

const saved = (desk: FakeDesk) => desk.calls.filter(({ name }) => name === 'replaceSettings')

test('a changed setting is saved with all the others, and says that it waits for a restart', async () => {
  await using desk = await openSettingsDesk()
  const page = await openSettings(desk)
  await page.getByLabel('Wait for a card').fill('45')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('One saved setting is not in use yet.').waitFor()
  const { values } = settings()
  expect(saved(desk).map(({ input }) => input)).toEqual([
    { revision: 'one', values: { ...values, sessions: { cardTimeoutSeconds: 45 } } },
  ])
  await page.getByText('In use after a restart.').waitFor()
})

test('an emptied setting goes back to its default, and an added device stands behind the others', async () => {
  await using desk = await openSettingsDesk()
  const page = await openSettings(desk)
  await page.getByLabel('Wait for a card').fill('')
  await page.getByRole('button', { name: 'Add: Devices' }).click()
  const added = page.getByRole('group', { name: 'Number 2' })
  await added.getByLabel('Driver', { exact: true }).fill('virtual')
  await page.locator('.settings-item').last().getByLabel('Name', { exact: true }).fill('Second')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  const { values } = settings()
  expect(saved(desk)[0]?.input).toEqual({
    revision: 'one',
    values: {
      devices: [...(values['devices'] as unknown[]), { driver: 'virtual', name: 'Second' }],
      limits: values['limits'],
    },
  })
})

test('what can’t be so is told at the setting, in the language of the page, and nothing is sent', async () => {
  await using desk = await openSettingsDesk()
  const page = await openSettings(desk)
  await page.getByLabel('Wait for a card').fill('4')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('One setting can’t be as it is.').waitFor()
  const field = page.getByLabel('Wait for a card')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await page.getByText('At least 5.').waitFor()
  await page.getByRole('combobox', { name: 'Language' }).selectOption('de')
  await page.getByText('Mindestens 5.').waitFor()
  expect(saved(desk)).toEqual([])
})

test('what only the daemon finds is shown at the setting that it names', async () => {
  const detail = '/var/lib/encoder-bridge/config.yaml, line 1: devices[0].path is not there.'
  await using desk = await openSettingsDesk(() => new BridgeError('request_invalid', detail))
  const page = await openSettings(desk)
  await page.getByLabel('Wait for a card').fill('45')
  await page.getByRole('button', { name: 'Save' }).click()
  const field = page.locator('.settings-item').getByLabel('Port or address')
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
  await page.locator('.settings-item .field-error', { hasText: 'line 1' }).waitFor()
})

test('a file that has changed meanwhile is shown as it is now, and nothing is written over it', async () => {
  await using desk = await openSettingsDesk()
  const { edit } = desk
  const page = await openSettings(desk)
  await page.getByLabel('Wait for a card').fill('45')
  edit({ revision: 'by hand', values: { sessions: { cardTimeoutSeconds: 77 } } })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The file has changed meanwhile.').waitFor()
  expect(await page.getByLabel('Wait for a card').inputValue()).toBe('77')
  await page.getByLabel('Wait for a card').fill('78')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  expect(saved(desk).at(-1)?.input).toEqual({
    revision: 'by hand',
    values: { sessions: { cardTimeoutSeconds: 78 } },
  })
})

test('what the environment decides can’t be changed here', async () => {
  await using desk = await openSettingsDesk()
  const page = await openSettings(desk)
  expect(await page.getByLabel('Level').isDisabled()).toBe(true)
  await page.getByText('Decided by the environment of the daemon').waitFor()
})

test('a restart is waited for until the daemon is back, and what came of it is told', async () => {
  await using desk = await openSettingsDesk()
  const { edit } = desk
  const page = await openSettings(desk)
  await page.getByRole('button', { name: 'Restart the daemon' }).click()
  await page.getByText('The daemon restarts. This page waits').waitFor()
  await desk.stop()
  desk.state.status = { ...desk.state.status, started_at: '2026-11-24T10:05:00.000Z' }
  edit({ restart_error: faultOf('config_invalid') })
  await page.getByText('The daemon does not answer.').waitFor()
  await desk.restart()
  await page.getByText('went back to the ones before').waitFor()
  expect(await page.getByText('The configuration cannot be used.').isVisible()).toBe(true)
})
