import { expect, test } from 'vitest'
import { type DriverManifest, MatchRule } from 'encoder-bridge/driver'
import pn532 from '../../drivers/pn532/index.ts'
import { findConflicts } from './match-rules.ts'

const manifestOf = (id: string, rule: object): DriverManifest => ({
  ...pn532.manifest,
  id: pn532.manifest.id,
  name: id,
  match: [MatchRule.parse({ isOwn: true, note: id, ...rule })],
})

const magtek = { transport: 'hid', vendorId: '0801', productId: '0003' }
const shared = { isOwn: false }

test.each([
  ['the same USB identity', magtek, magtek],
  ['the same identity, one of them on any page', magtek, { ...magtek, usagePage: 0xff00 }],
  ['the same identity, only one of them shared', magtek, { ...magtek, ...shared }],
  [
    'a usage and an identity on its page',
    { transport: 'hidUsage', usagePage: 0x8c, usage: 2 },
    { ...magtek, usagePage: 0x8c },
  ],
  [
    'the same usage',
    { transport: 'hidUsage', usagePage: 0x8c, usage: 2 },
    { transport: 'hidUsage', usagePage: 0x8c, usage: 2 },
  ],
  [
    'the same readers',
    { transport: 'pcsc', readerName: '^ACS ' },
    { transport: 'pcsc', readerName: '^ACS ', ...shared },
  ],
])('%s: two drivers conflict, in either order', (_, one, other) => {
  const pair = [manifestOf('one', one), manifestOf('other', other)]
  expect(findConflicts(pair)).toHaveLength(1)
  expect(findConflicts(pair.toReversed())).toHaveLength(1)
})

test.each([
  ['an identity that both share', { ...magtek, ...shared }, { ...magtek, ...shared }],
  ['the same identity on different pages', { ...magtek, usagePage: 1 }, { ...magtek, usagePage: 2 }],
  ['the same identity on different transports', magtek, { ...magtek, transport: 'keyboard' }],
  ['different products', magtek, { ...magtek, productId: '0002' }],
  [
    'different readers',
    { transport: 'pcsc', readerName: '^ACS ' },
    { transport: 'pcsc', readerName: '^HID ' },
  ],
  [
    'different usages of a page',
    { transport: 'hidUsage', usagePage: 0x8c, usage: 2 },
    { transport: 'hidUsage', usagePage: 0x8c, usage: 3 },
  ],
])('%s: two drivers do not conflict', (_, one, other) => {
  expect(findConflicts([manifestOf('one', one), manifestOf('other', other)])).toEqual([])
})
