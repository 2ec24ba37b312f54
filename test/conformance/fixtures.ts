import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Driver } from 'encoder-bridge/driver'
import { formatHex, parseHex } from '../../src/wire/hex.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const Hex = z
  .string()
  .regex(/^[0-9A-F ]*$/)
  .transform((text) => parseHex(text.replaceAll(' ', '')))

/** A file of recorded or documented exchanges, cut from any real secret. */
export const Fixture = z.strictObject({
  header: z.strictObject({
    model: z.string().min(1),
    firmware: z.string().min(1),
    origin: z.enum(['captured', 'documented', 'synthetic']),
    /** Document and section, or who recorded it and when. */
    source: z.string().min(1),
  }),
  exchanges: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        /** What lies in the field. */
        card: z.strictObject({ type: z.string(), uid: z.string(), memory: Hex.optional() }).optional(),
        /** Sent first, to bring the device into the state of the exchange; the answers don't matter. */
        before: z.array(Hex).default([]),
        messages: z.array(z.strictObject({ direction: z.enum(['toDevice', 'toHost']), hex: Hex })).min(1),
      }),
    )
    .min(1),
})
export type Fixture = z.infer<typeof Fixture>

/** Every fixture of a driver by its file name. */
export const readFixtures = (folder: URL): ReadonlyMap<string, Fixture> =>
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name, Fixture.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))]),
  )

/**
 * Plays the host's part of an exchange to a new emulator and returns both sides as hexadecimal: `expected` by the fixture,
 * `answered` by the emulator.
 */
export const replay = async (
  driver: Driver,
  { card, before, messages }: Fixture['exchanges'][number],
): Promise<{ readonly expected: string; readonly answered: string }> => {
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime: false })
  if (card !== undefined) {
    const { memory, ...identity } = card
    emulator.placeCard({ ...identity, ...(memory !== undefined && { memory }) })
  }
  let answered = ''
  emulator.connect((bytes) => {
    answered += formatHex(bytes)
  })
  const send = async (bytes: Uint8Array): Promise<void> => {
    emulator.receive(bytes)
    await clock.advance(100)
  }
  for (const bytes of before) await send(bytes)
  answered = ''
  for (const { direction, hex } of messages) if (direction === 'toDevice') await send(hex)
  emulator.close()
  const expected = messages
    .map(({ direction, hex }) => (direction === 'toHost' ? formatHex(hex) : ''))
    .join('')
  return { expected, answered }
}
