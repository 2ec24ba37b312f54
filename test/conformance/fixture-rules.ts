import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Driver } from 'encoder-bridge/driver'
import { readFixtures } from './fixtures.ts'
import { randomSizes } from './line.ts'
import { replay } from './replay.ts'
import { when } from './subject.ts'

/** Rules about recorded exchanges: there are some for each transport that carries messages, and the emulator keeps to them. */
export const describeFixtures = (driver: Driver, folder: URL): void => {
  const { transports } = driver.manifest
  const exchanges = existsSync(folder)
    ? [...readFixtures(folder).values()].flatMap((file) => file.exchanges)
    : []
  const transportOf = (exchange: (typeof exchanges)[number]) => exchange.transport ?? transports[0]

  test.each(transports.filter((transport) => transport !== 'none'))('it has fixtures for %s', (transport) => {
    expect(exchanges.filter((exchange) => transportOf(exchange) === transport)).not.toEqual([])
  })

  when(exchanges.length > 0, () => {
    test.each(exchanges)('its emulator answers as the fixture says: $name', async (exchange) => {
      const { expected, answered } = await replay(driver, exchange)
      expect(answered).toBe(expected)
    })
  })

  const lines = exchanges.filter((exchange) => transportOf(exchange) === 'serial')
  when(lines.length > 0, () => {
    test.each([
      ['byte by byte', () => 1],
      ['in pieces of random size', randomSizes(3)],
    ])('its emulator answers the same when bytes come %s', async (_, chunk) => {
      for (const exchange of lines) {
        const { expected, answered } = await replay(driver, exchange, chunk)
        expect(answered, exchange.name).toBe(expected)
      }
    })
  })
}
