/**
 * The conformance kit: what every driver must prove, on its own emulator, over every transport of its own manifest.
 *
 *     import { describeDriver } from 'encoder-bridge/conformance'
 *     describeDriver('msr605', () => import('./index.ts').then((module) => module.default), new URL('./', import.meta.url))
 *
 * It needs vitest. A rule is left out only by what the manifest says, never by an option. Of an emulator it asks two things
 * beyond the contract: it places cards by the names of their technologies, and that of a scanner knows the fault `unreadable`,
 * by which the next presentation can't be read. A key system's tells its encoders, rooms and faults: see `lockSystem`.
 * @module
 */
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type Driver,
  DriverId,
  DriverManifest,
  isBridgeError,
  type TransportKind,
  transportKinds,
} from 'encoder-bridge/driver'
import { createFakeClock } from '../support/fake-clock.ts'
import { describeAborts } from './aborts.ts'
import { describeCards } from './cards.ts'
import { describeFixtures } from './fixture-rules.ts'
import { findHandlesAfterImport } from './import-probe.ts'
import { describeIndicators } from './indicate.ts'
import { describeLifetime } from './lifetime.ts'
import { describeKeys } from './keys.ts'
import { describeLine } from './line.ts'
import { claims } from './match-rules.ts'
import { describeScans } from './scans.ts'

/**
 * Registers the tests of one driver.
 * @param id what the driver is called in the registry
 * @param load loads it
 * @param folder the driver's folder, with `index` and `fixtures/`
 */
export const describeDriver = (id: string, load: () => Promise<Driver>, folder: URL): void => {
  describe(`driver ${id}`, async () => {
    const driver = await load().catch((error: unknown) => {
      test('it can be loaded', () => expect.unreachable(String(error)))
    })
    if (driver !== undefined) describeLoaded(id, driver, folder)
  })
}

const describeLoaded = (id: string, driver: Driver, folder: URL): void => {
  describeManifest(id, driver, folder)
  describeFixtures(driver, new URL('fixtures/', folder))
  for (const transport of new Set(driver.manifest.transports)) {
    describe(`over ${transport}`, () => {
      describeTransport(driver, transport)
    })
  }
}

const describeTransport = (driver: Driver, transport: TransportKind): void => {
  const subject = { driver, transport }
  describeLifetime(subject)
  describeIndicators(subject)
  if (driver.manifest.kind === 'card') {
    describeCards(subject)
    describeLine(subject)
    describeAborts(subject)
  }
  if (driver.manifest.kind === 'keySystem') describeKeys(subject)
  if (driver.manifest.kind === 'scanner') describeScans(subject)
}

const describeManifest = (id: string, driver: Driver, folder: URL): void => {
  const { manifest } = driver
  const emulate = (transport: TransportKind) =>
    driver.emulate({ clock: createFakeClock(), realtime: false, transport })

  test('its manifest passes the schema and bears its id', () => {
    expect(DriverManifest.parse(manifest)).toEqual(manifest)
    expect(manifest.id).toBe(DriverId.parse(id))
    expect(folder.pathname.endsWith(`/${id}/`)).toBe(true)
    for (const list of [manifest.transports, manifest.technologies, manifest.roles]) {
      expect(new Set<string>(list).size).toBe(list.length)
    }
  })

  test('it says how a serial line is set exactly when it may be reached over one', () => {
    expect(driver.serial !== undefined).toBe(manifest.transports.includes('serial'))
  })

  test('its options have defaults and refuse what they do not know', () => {
    expect(driver.options.safeParse({}).success).toBe(true)
    expect(driver.options.safeParse({ noSuchOption: 1 }).success).toBe(false)
  })

  test('it says what keys it makes exactly when it is a key system, which knows no cards', async () => {
    const isKeySystem = manifest.kind === 'keySystem'
    expect(manifest.keys !== null).toBe(isKeySystem)
    for (const transport of manifest.transports) {
      const emulator = await emulate(transport)
      expect(emulator.lockSystem !== undefined, transport).toBe(isKeySystem)
      emulator.close()
    }
    if (isKeySystem) expect([manifest.technologies, manifest.roles]).toEqual([[], ['encoder']])
  })

  test('importing it opens no handle, sets no timer and loads no native code', async () => {
    const entry = ['index.ts', 'index.js'].map((name) => new URL(name, folder)).find((url) => existsSync(url))
    expect(await findHandlesAfterImport(entry)).toEqual([])
  })

  test.each(transportKinds)('its emulator is one for %s exactly when the manifest names it', async (kind) => {
    if (manifest.transports.includes(kind)) {
      const emulator = await emulate(kind)
      expect(emulator.kind).toBe(kind)
      emulator.close()
    } else {
      await expect(emulate(kind)).rejects.toSatisfy((error) => isBridgeError(error, 'not_supported'))
    }
  })

  test('its emulator, left to itself, is of the usual transport, and would be recognised where devices tell who they are', async () => {
    const usual = await driver.emulate({ clock: createFakeClock(), realtime: false })
    expect(usual.kind).toBe(manifest.transports[0])
    for (const transport of manifest.transports) {
      const emulator = await emulate(transport)
      const isTold = emulator.kind === 'hid' || emulator.kind === 'pcsc'
      if (isTold) expect(manifest.match.filter((rule) => claims(rule, emulator))).not.toEqual([])
    }
  })
}
