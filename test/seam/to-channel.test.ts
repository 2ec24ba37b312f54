import { openapi } from '@seamapi/types/connect'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ChannelEnding } from '../../src/contract/channel.ts'
import { errorTable, type ErrorCode } from '../../src/contract/errors.ts'
import { CardUid } from '../../src/contract/ids.ts'
import { toChannelEnding } from '../../src/seam/to-channel.ts'
import { CREDENTIAL_ID } from './desk.ts'

const uid = CardUid.parse('04A1B2C3')

/** The error codes that the OpenAPI document allows, by kind of action attempt. */
const documented = (() => {
  const one = z.looseObject({ enum: z.array(z.string()) })
  const Attempt = z.looseObject({
    properties: z.looseObject({
      action_type: one,
      status: one,
      error: z.looseObject({
        oneOf: z.array(z.looseObject({ properties: z.looseObject({ type: one }) })).optional(),
      }),
    }),
  })
  const schemas = z.looseObject({ action_attempt: z.looseObject({ oneOf: z.array(z.unknown()) }) })
  const { oneOf } = z.looseObject({ schemas }).parse(openapi['components']).schemas.action_attempt
  return (actionType: string): string[] =>
    oneOf
      .map((branch) => Attempt.safeParse(branch).data?.properties)
      .filter((branch) => branch?.action_type.enum[0] === actionType && branch.status.enum[0] === 'error')
      .flatMap((branch) => branch?.error.oneOf ?? [])
      .flatMap((error) => error.properties.type.enum)
})()

test.each([
  ['encode', 'ENCODE_CREDENTIAL', 10],
  ['scan', 'SCAN_CREDENTIAL', 6],
  ['scan_to_assign', 'SCAN_TO_ASSIGN_CREDENTIAL', 3],
] as const)('every ending of a %s tells one code that Seam’s %s knows', (orderKind, actionType, count) => {
  const allowed = documented(actionType)
  expect(allowed).toHaveLength(count)
  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    for (const kind of ['untouched', 'spoiled', 'unknown'] as const) {
      const ending = ChannelEnding.parse(toChannelEnding({ kind, code, detail: null, uid }, orderKind))
      expect('seam_code' in ending && allowed.includes(ending.seam_code), `${kind} ${code}`).toBe(true)
    }
  }
})

test.each([
  ['untouched', 'card_timeout', 'no_credential_on_encoder'],
  ['untouched', 'device_lost', 'encoder_not_online'],
  ['untouched', 'order_expired', 'action_attempt_expired'],
  ['spoiled', 'device_lost', 'encoding_interrupted'],
  ['spoiled', 'card_write_refused', 'encoding_interrupted'],
  ['unknown', 'card_removed', 'uncategorized_error'],
] as const)('an encode that ended %s by %s is %s to Seam', (kind, code, seamCode) => {
  const ending = toChannelEnding({ kind, code, detail: 'Block 9.', uid: null }, 'encode')
  expect(ending).toMatchObject({ kind, code, seam_code: seamCode, card_uid: null })
  expect('message' in ending && ending.message).toBe(`${errorTable[code].cause} Block 9.`)
})

test('an encoded card is told with its proof', () => {
  const technology = 'mifare-classic-1k'
  const ending = { kind: 'encoded', uid, technology, proof: 'alreadyRight', keys: null } as const
  expect(toChannelEnding(ending, 'encode')).toEqual({
    kind: 'encoded',
    card_uid: '04A1B2C3',
    technology,
    proof: 'already_right',
    keys: null,
  })
})

test('keys of a lock system are told with how many they are, and why they are fewer than wanted', () => {
  const keys = { made: 2, wanted: 3, serialNumbers: ['04AA', '04BB'], remark: 'Until 12:00.' }
  const shortfall = { code: 'card_timeout', detail: 'Key 3.' } as const
  const ending = {
    kind: 'encoded',
    uid: null,
    technology: 'unknown',
    proof: 'confirmed',
    keys: { ...keys, shortfall },
  } as const
  expect(ChannelEnding.parse(toChannelEnding(ending, 'encode'))).toEqual({
    kind: 'encoded',
    card_uid: null,
    technology: 'unknown',
    proof: 'confirmed',
    keys: {
      made: 2,
      wanted: 3,
      serial_numbers: ['04AA', '04BB'],
      shortfall: { code: 'card_timeout', message: 'No card was placed in time. Key 3.' },
      remark: 'Until 12:00.',
    },
  })
})

test('an ending of a bridge that knows nothing of key systems has no keys', () => {
  const old = { kind: 'encoded', card_uid: null, technology: 'magstripe', proof: 'read_back' }
  expect(ChannelEnding.parse(old)).toEqual({ ...old, keys: null })
})

test('a scanned card is told with the record on it, and a blank one with why there is none', () => {
  const technology = 'mifare-classic-1k'
  const record = {
    credentialId: CREDENTIAL_ID,
    cardNumber: '17',
    startsAt: '2026-06-01T13:00:00.000Z',
    endsAt: null,
  }
  const scanned = { kind: 'scanned', uid, technology, cardNumber: null } as const
  expect(toChannelEnding({ ...scanned, record, remark: null, comparison: { kind: 'same' } }, 'scan')).toEqual(
    {
      kind: 'scanned',
      card_uid: '04A1B2C3',
      technology,
      card_number: null,
      record: {
        acs_credential_id: CREDENTIAL_ID,
        card_number: '17',
        starts_at: record.startsAt,
        ends_at: null,
      },
      remark: null,
    },
  )
  const blank = { ...scanned, record: null, remark: 'blank', comparison: { kind: 'nothing' } } as const
  expect(toChannelEnding(blank, 'scan')).toMatchObject({ record: null, remark: 'blank' })
})
