import { describe, expect, test } from 'vitest'
import { configJsonSchema } from '../../src/config/schema.ts'
import { de } from '../../src/page/texts/de.ts'
import { en } from '../../src/page/texts/en.ts'
import { complaintsAbout } from '../../src/page/views/settings/complaints.ts'
import {
  readSettings,
  settingsIn,
  type Field,
  type Shape,
} from '../../src/page/views/settings/schema-shape.ts'
import { settingNamedIn, showKind, valueAt, withValueAt } from '../../src/page/views/settings/setting-path.ts'

const schema = { ...configJsonSchema() }
const fields = readSettings(schema)
const values = {
  hub: { endpoint: 'https://hub.example' },
  devices: [
    { driver: 'pn532', path: '/dev/ttyUSB0', name: 'Front Desk' },
    { driver: 'pn532', name: 'Back Office', match: { usbPath: '1-2' } },
  ],
}

describe('a setting at a path', () => {
  test('is changed without touching the others', () => {
    const changed = withValueAt(values, ['devices', 1, 'name'], 'Night Desk')
    expect(valueAt(changed, ['devices', 1, 'name'])).toBe('Night Desk')
    expect(valueAt(changed, ['devices', 0])).toEqual(values.devices[0])
    expect(valueAt(values, ['devices', 1, 'name'])).toBe('Back Office')
  })

  test('is made with the map around it, and goes with it when it was the last', () => {
    const set = withValueAt({}, ['sessions', 'cardTimeoutSeconds'], 30)
    expect(set).toEqual({ sessions: { cardTimeoutSeconds: 30 } })
    expect(withValueAt(set, ['sessions', 'cardTimeoutSeconds'], undefined)).toEqual({})
  })

  test('that is an item of a list is added at the end, and leaves no hole when it goes', () => {
    const added = withValueAt(values, ['devices', 2], {})
    expect(valueAt(added, ['devices'])).toHaveLength(3)
    const less = withValueAt(added, ['devices', 0], undefined)
    expect(valueAt(less, ['devices', 0, 'name'])).toBe('Back Office')
    expect(valueAt(less, ['devices'])).toHaveLength(2)
  })

  test('an item of a list stays when it is emptied: its place is its name', () => {
    const emptied = withValueAt({ devices: [{ name: 'a' }] }, ['devices', 0, 'name'], undefined)
    expect(emptied).toEqual({ devices: [{}] })
  })
})

test('what the daemon says of a setting is shown at the one that it names first', () => {
  const paths = settingsIn(fields, values)
  const sentence =
    '/data/config.yaml, line 7: devices[1].path is the same as devices[0].path; each needs its own.'
  expect(settingNamedIn(sentence, paths)).toBe('devices[1].path')
  expect(settingNamedIn('hub.endpoint is "ftp://x"; expected the hub’s address.', paths)).toBe('hub.endpoint')
  expect(settingNamedIn('See https://github.example/log.level.html', paths)).toBeNull()
})

const kindsOf = (list: readonly Field[], path: readonly string[] = []): string[] =>
  list.flatMap(({ key, shape }) => kindsUnder(shape, [...path, key]))
const kindsUnder = (shape: Shape, path: readonly string[]): string[] => {
  if (shape.kind === 'list')
    return [
      path.join('.'),
      ...kindsUnder(shape.item, [...path.slice(0, -1), `${path.at(-1) ?? ''}[]`]).slice(1),
    ]
  return [path.join('.'), ...(shape.kind === 'group' ? kindsOf(shape.fields, path) : [])]
}

test.each([
  ['English', en],
  ['German', de],
])('every setting of the configuration has its words in %s', (_, { upkeep }) => {
  expect(kindsOf(fields).filter((kind) => !Object.hasOwn(upkeep.settingNames, kind))).toEqual([])
  expect(Object.keys(upkeep.settingNames).filter((kind) => !kindsOf(fields).includes(kind))).toEqual([])
})

test('the path of a setting in any item of its list is told', () => {
  expect(showKind(['devices', 3, 'encoders', 0, 'address'])).toBe('devices[].encoders[].address')
})

test('a setting is shown as what it is', () => {
  const at = (...path: readonly string[]): Shape | undefined =>
    path.reduce<{ readonly list: readonly Field[]; readonly shape: Shape | undefined }>(
      ({ list }, key) => {
        const shape = list.find((field) => field.key === key)?.shape
        const inner = shape?.kind === 'list' ? shape.item : shape
        return { list: inner?.kind === 'group' ? inner.fields : [], shape }
      },
      { list: fields, shape: undefined },
    ).shape
  expect(at('log', 'level')).toMatchObject({
    kind: 'choice',
    options: expect.arrayContaining(['debug']) as unknown,
  })
  expect(at('sessions', 'cardTimeoutSeconds')).toEqual({ kind: 'number', isWhole: true, min: 5, max: 3600 })
  expect(at('limits', 'technologies')?.kind).toBe('choices')
  expect(at('hub', 'endpoint')?.kind).toBe('text')
  expect(at('devices', 'numberFormat')?.kind).toBe('choice')
  expect(at('devices', 'options')?.kind).toBe('json')
  expect(at('version')).toBeUndefined()
})

test('what can be seen to be wrong is told at the setting', () => {
  const complaints = complaintsAbout(schema, {
    hub: { nothing: 1 },
    devices: [{ driver: 'PN532', name: '' }, { driver: 'pn532' }],
    sessions: { cardTimeoutSeconds: 4 },
    limits: { cardsAnHour: 10_001 },
  })
  expect(Object.fromEntries(complaints)).toEqual({
    'hub.nothing': { kind: 'unknown' },
    'devices[0].driver': { kind: 'form' },
    'devices[0].name': { kind: 'missing' },
    'devices[1].name': { kind: 'missing' },
    'sessions.cardTimeoutSeconds': { kind: 'at_least', bound: 5, of: 'value' },
    'limits.cardsAnHour': { kind: 'at_most', bound: 10_000, of: 'value' },
  })
  expect(complaintsAbout(schema, values).size).toBe(0)
})
