import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../src/contract/journal.ts'
import { de } from '../../src/page/texts/de.ts'
import { en } from '../../src/page/texts/en.ts'
import { showLeft } from '../../src/page/views/connection/countdown.ts'
import { skewText } from '../../src/page/views/connection/skew.ts'
import { driversFor, emptyDevice, settingsOf, withDevice } from '../../src/page/views/devices/new-device.ts'
import { isAtLeast, withLines } from '../../src/page/views/diagnostics/log-lines.ts'
import { historyOf, isShown } from '../../src/page/views/history/entries.ts'
import { isNew, stepsOf } from '../../src/page/views/setup/steps.ts'
import { frontDesk, lockEncoder, sessionOf, startState } from '../browser/support/fake-state.ts'
import { audit, connected, drivers, log } from '../browser/support/upkeep-answers.ts'

const at = '2026-11-24T10:00:00.000Z'

describe('the history', () => {
  const entries = historyOf(audit)

  test('is one entry for each order, newest first, with all its lines', () => {
    expect(entries.map(({ orderId, result, outcome }) => [orderId, result, outcome])).toEqual([
      ['order-c', 'refused', 'clock_skewed'],
      ['order-b', 'failed', 'untouched card_timeout'],
      ['order-a', 'done', 'encoded'],
      [null, 'note', null],
    ])
    expect(entries[2]?.lines.map(({ event }) => event)).toEqual([
      'accepted',
      'writing',
      'verified',
      'ended',
      'acknowledged',
    ])
    expect(entries[2]).toMatchObject({ orderedBy: 'clerk Ada', cardUid: '04A1B2C3' })
  })

  test('calls an order whose end it does not have open, and one whose start it does not have by its end', () => {
    const [, accepted, , , ended] = audit
    expect(historyOf(accepted === undefined ? [] : [accepted])[0]?.result).toBe('open')
    expect(historyOf(ended === undefined ? [] : [ended])[0]?.result).toBe('done')
  })

  test('is filtered by encoder and outcome together', () => {
    const shown = (filter: Parameters<typeof isShown>[1]) =>
      entries.filter((entry) => isShown(entry, filter)).map(({ orderId }) => orderId)
    expect(shown({ encoderId: null, result: 'failed' })).toEqual(['order-b'])
    expect(shown({ encoderId: frontDesk.encoder_id, result: null })).toEqual(['order-a'])
    expect(shown({ encoderId: frontDesk.encoder_id, result: 'failed' })).toEqual([])
  })

  test.each([
    ['English', en],
    ['German', de],
  ])('has words in %s for every event of the audit', (_, { upkeep }) => {
    expect(auditEvents.filter((event) => !Object.hasOwn(upkeep.history.events, event))).toEqual([])
  })
})

describe('the steps of the first run', () => {
  const { status } = startState()
  const fresh = { encoders: [], link: { ...status.link, state: 'unpaired' as const } }
  const nobody = { has_clerks: false }
  const made = [{ ...sessionOf({ state: 'ended' }), ending: { kind: 'encoded' as const, code: null } }]
  const failed = [
    { ...sessionOf({ state: 'ended' }), ending: { kind: 'untouched' as const, code: 'card_timeout' } },
  ]

  test('go from the device over the pairing to a real test card and the names, as the daemon stands', () => {
    expect(stepsOf(fresh, nobody, []).now).toBe('device')
    expect(stepsOf({ ...fresh, encoders: [frontDesk] }, nobody, []).now).toBe('pair')
    expect(stepsOf(status, nobody, []).now).toBe('test')
    expect(stepsOf(status, nobody, failed).now).toBe('test')
    expect(stepsOf(status, nobody, made).now).toBe('clerks')
    expect(stepsOf(status, { has_clerks: true }, made).now).toBeNull()
  })

  test('leave the test out where only a lock system makes cards and can’t read them', () => {
    const mute = { ...lockEncoder, keys: lockEncoder.keys && { ...lockEncoder.keys, reads: false } }
    expect(stepsOf({ ...status, encoders: [mute] }, nobody, [])).toMatchObject({
      now: 'clerks',
      trialOn: null,
    })
    expect(stepsOf({ ...status, encoders: [lockEncoder] }, nobody, []).trialOn).toBe(lockEncoder)
  })

  test('open the page only while nothing can be made here', () => {
    expect(isNew(fresh)).toBe(true)
    expect(isNew({ ...status, encoders: [] })).toBe(true)
    expect(isNew(status)).toBe(false)
  })
})

describe('a device that is added', () => {
  const [, reader] = connected.devices

  test('is offered the drivers that know it, its own first, and every driver where nothing is connected', () => {
    const two = reader && {
      ...reader,
      drivers: [{ id: 'pn532', is_own: false, note: '' }, ...reader.drivers],
    }
    expect(driversFor(two ?? null, drivers.drivers).map(({ id }) => id)).toEqual(['pcsc', 'pn532'])
    expect(driversFor(null, drivers.drivers)).toHaveLength(3)
  })

  test('stands behind the others in the settings, without what it does not need', () => {
    const device = settingsOf(
      { ...emptyDevice, driver: 'pcsc', path: ' ACS ACR122U ', name: ' Front Desk ' },
      false,
    )
    expect(device).toEqual({ driver: 'pcsc', path: 'ACS ACR122U', name: 'Front Desk' })
    expect(withDevice({ log: { level: 'debug' }, devices: [{ name: 'a' }] }, device)).toEqual({
      log: { level: 'debug' },
      devices: [{ name: 'a' }, device],
    })
    expect(settingsOf({ ...emptyDevice, driver: 'salto', name: 'Hotel' }, true)).toHaveProperty('encoders')
  })
})

test('what is left of a code is counted in minutes and seconds, and never below nothing', () => {
  expect([247_000, 60_000, 9_001, 0, -5].map(showLeft)).toEqual(['4:07', '1:00', '0:10', '0:00', '0:00'])
})

test('a clock is said to be ahead, behind, or right', () => {
  const { skew } = en.upkeep.connection
  expect(skewText(95_400, skew)).toBe('95 s ahead of the hub’s')
  expect(skewText(-3_000, skew)).toBe('3 s behind the hub’s')
  expect(skewText(-400, skew)).toBe(skew.none)
})

const newest = { at, level: 'info' as const, component: null, message: 'new', fields: {} }

test('the log shows what is heavy enough, and drops the oldest lines first', () => {
  expect(log.lines.filter((line) => isAtLeast(line, 'info')).map(({ level }) => level)).toEqual([
    'info',
    'error',
  ])
  const older = { ...newest, message: 'old' }
  const many = Array.from({ length: 1_000 }, () => older)
  const kept = withLines(many, log.lines)
  expect(kept).toHaveLength(1_000)
  expect(kept.slice(-3)).toEqual(log.lines)
})
