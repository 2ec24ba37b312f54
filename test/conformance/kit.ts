/**
 * The conformance kit: what every driver must prove, on its own emulator, driven by its own manifest.
 *
 *     import { describeDriver } from 'encoder-bridge/conformance'
 *     describeDriver('msr605', () => import('./index.ts').then((module) => module.default), new URL('./', import.meta.url))
 *
 * It needs vitest. A rule is left out only by what the manifest says, never by an option.
 * @module
 */
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Driver, DriverId, DriverManifest } from 'encoder-bridge/driver'
import { describeAborts } from './aborts.ts'
import { describeCards } from './cards.ts'
import { readFixtures, replay } from './fixtures.ts'
import { findHandlesAfterImport } from './import-probe.ts'
import { describeLifetime } from './lifetime.ts'
import { describeLine } from './line.ts'

/**
 * Registers the tests of one driver.
 * @param id what the driver is called in the registry
 * @param load loads it
 * @param folder the driver's folder, with `index` and `fixtures/`
 */
export const describeDriver = (id: string, load: () => Promise<Driver>, folder: URL): void => {
  describe(`driver ${id}`, () => {
    test('its manifest passes the schema and bears its id', async () => {
      const { manifest } = await load()
      expect(DriverManifest.parse(manifest)).toEqual(manifest)
      expect(manifest.id).toBe(DriverId.parse(id))
      expect(folder.pathname.endsWith(`/${id}/`)).toBe(true)
    })

    test('its options have defaults and refuse what they do not know', async () => {
      const { options } = await load()
      expect(options.safeParse({}).success).toBe(true)
      expect(options.safeParse({ noSuchOption: 1 }).success).toBe(false)
    })

    test('importing it opens no handle, sets no timer and loads no native code', async () => {
      const entry = ['index.ts', 'index.js']
        .map((name) => new URL(name, folder))
        .find((url) => existsSync(url))
      expect(await findHandlesAfterImport(entry)).toEqual([])
    })

    test('it has fixtures, and its emulator answers each as the fixture says', async () => {
      const driver = await load()
      const exchanges = [...readFixtures(new URL('fixtures/', folder)).values()].flatMap(
        (file) => file.exchanges,
      )
      expect(exchanges.length).toBeGreaterThan(0)
      for (const exchange of exchanges) {
        const { expected, answered } = await replay(driver, exchange)
        expect(answered, exchange.name).toBe(expected)
      }
    })

    describeLifetime(load)
    describeCards(load)
    describeLine(load)
    describeAborts(load)
  })
}
