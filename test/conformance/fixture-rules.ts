import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Driver, TransportKind } from 'encoder-bridge/driver'
import { type Exchange, readFixtures } from './fixtures.ts'
import { isStream, randomSizes } from './line.ts'
import { converse, replay } from './replay.ts'
import { when } from './subject.ts'

/** Rules about recorded exchanges: there are some for each transport that carries messages, and the emulator keeps to them. */
export const describeFixtures = (driver: Driver, folder: URL): void => {
  const { transports } = driver.manifest
  const files = existsSync(folder) ? [...readFixtures(folder).values()] : []
  const exchanges = files.flatMap((file) => file.exchanges)
  const conversations = files.flatMap((file) => file.conversations)

  const waysOf = ({ transport }: Exchange): readonly TransportKind[] => {
    if (transport !== undefined) return [transport]
    const [usual] = transports
    return usual !== undefined && isStream(usual) ? transports.filter(isStream) : transports.slice(0, 1)
  }
  const played = exchanges.flatMap((exchange) =>
    waysOf(exchange).map((transport) => ({ name: exchange.name, transport, exchange })),
  )

  test.each(transports.filter((transport) => transport !== 'none'))('it has fixtures for %s', (transport) => {
    const found =
      transport === 'http' ? conversations : played.filter((scene) => scene.transport === transport)
    expect(found).not.toEqual([])
  })

  when(played.length > 0, () => {
    test.each(played)(
      'its emulator answers over $transport as the fixture says: $name',
      async ({ exchange, transport }) => {
        const { expected, answered } = await replay(driver, exchange, { transport })
        expect(answered).toBe(expected)
      },
    )
  })

  when(conversations.length > 0, () => {
    test.each(conversations)('its emulator answers as the fixture says: $name', async (conversation) => {
      const { expected, answered } = await converse(driver, conversation)
      expect(answered).toEqual(expected)
    })
  })

  const lines = played.filter(({ transport }) => isStream(transport))
  when(lines.length > 0, () => {
    test.each([
      ['byte by byte', () => 1],
      ['in pieces of random size', randomSizes(3)],
    ])('its emulator answers the same when bytes come %s', async (_, chunk) => {
      for (const { exchange, transport } of lines) {
        const { expected, answered } = await replay(driver, exchange, { transport, chunk })
        expect(answered, exchange.name).toBe(expected)
      }
    })
  })
}
