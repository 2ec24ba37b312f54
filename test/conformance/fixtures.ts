/**
 * The format of a driver's `fixtures/*.json`: exchanges that were captured from a device, taken from its document, or made
 * up, which driver and emulator must both agree with. They hold no real secret: keys as delivered, made-up numbers.
 *
 *     {
 *       "header": { "model": "MSR605X", "firmware": "REVT3.12", "origin": "captured", "source": "who recorded it, and when" },
 *       "exchanges": [{
 *         "name": "communication test",
 *         "transport": "hid",
 *         "before": ["C2 1B 61"],
 *         "messages": [
 *           { "direction": "toDevice", "hex": "C2 1B 65" },
 *           { "direction": "toHost", "hex": "C2 1B 79" }
 *         ]
 *       }]
 *     }
 *
 * `hex` is upper case; blanks between bytes are free. What it holds depends on the exchange's transport (the driver's usual
 * one when left out; where that is a byte stream, every byte stream of the driver), and on `as`:
 *
 * | transport | `as` | toDevice | toHost |
 * |---|---|---|---|
 * | `serial`, `tcp` | – | bytes, cut anywhere | bytes, cut anywhere |
 * | `hid` | – | the data of an output report | an input report, with its id where they are numbered |
 * | `hid` | `feature` | the data of SET_REPORT(Feature) | the data of GET_REPORT(Feature), as long as it is asked for |
 * | `pcsc` | – | a command APDU | its answer, with the two status bytes |
 * | `pcsc` | `escape` | an escape command | its answer |
 * | `keyboard` | – | nothing can be sent | pairs: usage of page 07, then 01 pressed or 00 released |
 *
 * `reportId` goes with what is sent to a hid device and with `feature`; 0 when left out. A report to the host that is shorter
 * than the device's says nothing about the rest: filler.
 *
 * What is asked of a server over HTTP stands in `conversations`, in the place of `exchanges`:
 *
 *     "conversations": [{
 *       "name": "a scan without a card",
 *       "before": [{ "method": "POST", "path": "/acs/encoders/scan_credential", "body": { "acs_encoder_id": "..." } }],
 *       "calls": [{
 *         "request": { "method": "POST", "path": "/action_attempts/get", "body": { "action_attempt_id": "..." } },
 *         "response": { "status": 200, "body": { "action_attempt": { "status": "error" } } }
 *       }]
 *     }]
 *
 * A property that the fixture leaves out of an answer is free: times, names, what a newer version adds.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { CardTechnology } from 'encoder-bridge/driver'
import { parseHex } from '../../src/wire/hex.ts'

const Hex = z
  .string()
  .regex(/^(?: *[0-9A-F]{2})* *$/)
  .transform((text) => parseHex(text.replaceAll(' ', '')))

const message = {
  as: z.enum(['feature', 'escape']).optional(),
  reportId: z.number().int().min(0).max(255).default(0),
  hex: Hex,
}

const FixtureMessage = z.strictObject({ direction: z.enum(['toDevice', 'toHost']), ...message })
export type FixtureMessage = z.infer<typeof FixtureMessage>

const scene = {
  name: z.string().min(1),
  /** What lies in the field, or on an encoder of a key system; a device of presentation `swipe` has it swiped whenever it waits. */
  card: z
    .strictObject({
      type: z.string(),
      uid: z.string(),
      memory: Hex.optional(),
      encoder: z.string().optional(),
    })
    .optional(),
  /** Faults of the emulator, each for once, injected after `before`. */
  faults: z.array(z.string()).default([]),
}

const Exchange = z.strictObject({
  ...scene,
  /** How the device is reached; see above. */
  transport: z.enum(['serial', 'tcp', 'hid', 'pcsc', 'keyboard']).optional(),
  /** What a scanner is shown, once, after `before`: see EmulatedRead. */
  shown: z
    .strictObject({
      technology: z.union([CardTechnology, z.literal('barcode')]),
      data: Hex,
      bitCount: z.number().int().optional(),
      symbology: z.string().optional(),
    })
    .optional(),
  /** Sent first, to bring the device into the state of the exchange; the answers don't matter. */
  before: z
    .array(z.union([Hex.transform((hex) => ({ reportId: 0, hex })), z.strictObject(message)]))
    .default([]),
  messages: z.array(FixtureMessage).min(1),
})
export type Exchange = z.infer<typeof Exchange>

const Request = z.strictObject({
  method: z.enum(['GET', 'POST']),
  path: z.string().startsWith('/'),
  body: z.json().optional(),
})

const Conversation = z.strictObject({
  ...scene,
  /** Asked first, to bring the server into the state of the conversation; the answers don't matter. */
  before: z.array(Request).default([]),
  calls: z
    .array(
      z.strictObject({
        request: Request,
        response: z.strictObject({
          status: z.int(),
          headers: z.record(z.string(), z.string()).default({}),
          body: z.json(),
        }),
      }),
    )
    .min(1),
})
export type Conversation = z.infer<typeof Conversation>

/** A file of recorded or documented exchanges, cut from any real secret. */
export const Fixture = z
  .strictObject({
    header: z.strictObject({
      model: z.string().min(1),
      firmware: z.string().min(1),
      origin: z.enum(['captured', 'documented', 'synthetic']),
      /** Document and section, or who recorded it and when. */
      source: z.string().min(1),
    }),
    exchanges: z.array(Exchange).default([]),
    conversations: z.array(Conversation).default([]),
  })
  .refine(({ exchanges, conversations }) => exchanges.length + conversations.length > 0, {
    message: 'exchanges, conversations: one at least',
  })
export type Fixture = z.infer<typeof Fixture>

/** Every fixture of a driver by its file name. */
export const readFixtures = (folder: URL): ReadonlyMap<string, Fixture> =>
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name, Fixture.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))]),
  )
