import { expect, test } from 'vitest'
import { capabilityTable } from '../docs/capability-table.ts'
import pn532 from '../drivers/pn532/index.ts'
import salto from '../drivers/salto/index.ts'
import seamRemote from '../drivers/seam-remote/index.ts'
import { DriverManifest } from '../src/contract/driver.ts'

const { manifest } = pn532

test('a row tells what the manifest says: each family once, evidence marked, abort promise in words', () => {
  const writer = DriverManifest.parse({
    ...manifest,
    id: 'writer',
    name: 'A writer',
    transports: ['serial', 'hid'],
    technologies: ['magstripe', 'mifare-classic-4k', 'em4100', 'mifare-classic-1k'],
    indicators: ['light', 'sound'],
    abort: 'neverWhileWriting',
    evidence: ['emulated', 'real hardware'],
  })
  expect(capabilityTable([writer]))
    .toBe(`| device | driver | kind | transport | technologies | abort | shows | evidence |
|---|---|---|---|---|---|---|---|
| A writer | [\`writer\`](drivers/writer/README.md) | card device | serial line, USB HID | MIFARE Classic (1K, 4K), EM4100, magnetic stripe | never while writing | light, sound | *emulated*, *real hardware* |`)
})

test('a scanner without card technologies reads barcodes, shows nothing and promises nothing about cards', () => {
  const scanner = DriverManifest.parse({
    ...manifest,
    id: 'scanner',
    kind: 'scanner',
    transports: ['keyboard'],
    technologies: [],
    indicators: [],
  })
  const [, , row] = capabilityTable([scanner]).split('\n')
  expect(row).toContain('| scanner | keyboard | barcodes | – | – |')
})

test('a key system is reached over a network, and makes keys of its own', () => {
  const [, , row] = capabilityTable([salto.manifest]).split('\n')
  expect(row).toContain('| key system | TCP, serial line | the lock system’s own keys |')
  const [, , server] = capabilityTable([seamRemote.manifest]).split('\n')
  expect(server).toContain('| key system | HTTPS | the lock system’s own keys |')
})
