import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { drivers } from '../../drivers/index.ts'
import { root } from '../support/repository.ts'

const udev = readFileSync(join(root, 'systemd/99-encoder-bridge.rules'), 'utf8')
const polkit = readFileSync(join(root, 'systemd/polkit/50-encoder-bridge.rules'), 'utf8')

/** Vendor and product ids that the rules of a group grant, as `0403:6001`. */
const granted = (group: string): string[] =>
  udev.split('\n').flatMap((line) => {
    if (line.startsWith('#') || !line.includes(`GROUP="${group}"`)) return []
    const { vendor, products } =
      /ATTRS\{idVendor\}=="(?<vendor>\w+)", ATTRS\{idProduct\}=="(?<products>[\w|]+)"/.exec(line)?.groups ??
      {}
    return (products ?? '').split('|').map((product) => `${vendor}:${product}`)
  })

test.each([
  ['serial', 'dialout'],
  ['hid', 'plugdev'],
] as const)('every %s device that a driver recognises is given to the group %s', async (transport, group) => {
  const manifests = await Promise.all([...drivers.values()].map(async (load) => (await load()).manifest))
  const known = manifests.flatMap(({ match, transports }) =>
    match.flatMap((rule) =>
      rule.transport === transport && transports.includes(transport) && 'vendorId' in rule
        ? [`${rule.vendorId}:${rule.productId}`]
        : [],
    ),
  )
  expect(known.length).toBeGreaterThan(1)
  expect(known.filter((id) => !granted(group).includes(id))).toEqual([])
})

test('every line that the group gets is one that ModemManager leaves alone', () => {
  const ignored = [...udev.matchAll(/^ATTR\{idVendor\}=="(\w+)", ATTR\{idProduct\}=="([\w|]+)"/gm)].flatMap(
    ([, vendor = '', products = '']) => products.split('|').map((product) => `${vendor}:${product}`),
  )
  expect(ignored.toSorted()).toEqual(granted('dialout').toSorted())
})

/** What polkit decides by the rule: an action, a user. */
const decide = (action: string, user: string): string => {
  let rule = (_action: object, _subject: object): string => 'none'
  runInNewContext(polkit, {
    polkit: {
      Result: { YES: 'yes', NOT_HANDLED: 'not handled' },
      addRule: (added: typeof rule) => {
        rule = added
      },
    },
  })
  return rule({ id: action }, { user })
}

// The two actions of pcsc-lite's policy file.
test.each([
  ['org.debian.pcsc-lite.access_pcsc', 'encoder-bridge', 'yes'],
  ['org.debian.pcsc-lite.access_card', 'encoder-bridge', 'yes'],
  ['org.debian.pcsc-lite.access_card', 'somebody', 'not handled'],
  ['org.freedesktop.login1.reboot', 'encoder-bridge', 'not handled'],
])('polkit is asked for %s by %s: %s', (action, user, decision) => {
  expect(decide(action, user)).toBe(decision)
})
