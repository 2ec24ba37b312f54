import { openapi } from '@seamapi/types/connect'
import { describe, expect, test } from 'vitest'
import { errorTable, isBridgeError } from 'encoder-bridge/driver'
import { type Conversation, readFixtures } from '../../test/conformance/fixtures.ts'
import {
  attemptError,
  checkEncoder,
  checkOrder,
  encode,
  getAttempt,
  getWorkspace,
  readAttempt,
  readScan,
  readWorkspace,
  refusalOf,
  scan,
  scanToAssign,
} from './protocol.ts'

const encoder = '5ea00003-0000-4000-8000-000000000001'
const attemptId = '5ea00004-0000-4000-8000-000000000001'
const accessMethodId = '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01'
const userIdentityId = '1c5f5b0e-2d5a-4a57-9a55-0c6b1b9d7a01'
const toIdentity = { acsUserId: null, userIdentityId }

const conversations = [...readFixtures(new URL('fixtures/', import.meta.url)).values()].flatMap(
  (file) => file.conversations,
)
const conversation = (name: string): Conversation => {
  const found = conversations.find((one) => one.name === name)
  if (found === undefined) throw new Error(`There is no conversation "${name}".`)
  return found
}
/** The last answer of a conversation. */
const answerOf = (name: string) => conversation(name).calls.at(-1)?.response

const codeOf = (work: () => void): string => {
  try {
    work()
    return 'done'
  } catch (error) {
    return isBridgeError(error) ? error.code : String(error)
  }
}

describe('requests', () => {
  test.each([
    ['the workspace of the key', getWorkspace],
    ['an access method is encoded', encode(accessMethodId, encoder)],
    ['a card that holds nothing is scanned', scan(encoder)],
    ['a card is scanned and given to a user identity', scanToAssign(encoder, toIdentity)],
  ])('are what the document says: %s', (name, request) => {
    expect(request).toEqual(conversation(name).calls[0]?.request)
  })

  test('an attempt is asked for by its id', () => {
    expect(getAttempt(attemptId)).toEqual(conversation('an access method is encoded').calls[1]?.request)
  })

  test('a card is for one user or for one identity', () => {
    const acsUserId = '1c5f5b0e-2d5a-4a57-9a55-0c6b1b9d7a02'
    expect(scanToAssign(encoder, { acsUserId, userIdentityId: null }).body).toEqual({
      acs_encoder_id: encoder,
      acs_user_id: acsUserId,
    })
    const both = { acsUserId, userIdentityId }
    expect(codeOf(() => scanToAssign(encoder, both))).toBe('order_invalid')
    const neither = { acsUserId: null, userIdentityId: null }
    expect(codeOf(() => scanToAssign(encoder, neither))).toBe('order_invalid')
  })

  test.each([
    ['a copy', { purpose: 'additional' }],
    ['a replacement', { purpose: 'replacement' }],
    ['two cards', { copies: 2 }],
    ['a room', { rooms: ['101'] }],
    ['an authorisation', { authorisations: ['1'] }],
  ] as const)('%s can’t be asked for', (_, change) => {
    const time = { year: 2026, month: 11, day: 23, hour: 15, minute: 0 }
    const order = {
      purpose: 'new',
      copies: 1,
      rooms: [],
      authorisations: [],
      startsAt: time,
      endsAt: null,
      accessMethodId,
      credentialId: accessMethodId,
    } as const
    expect(codeOf(() => checkOrder(order))).toBe('done')
    expect(codeOf(() => checkOrder({ ...order, ...change }))).toBe('not_supported')
  })

  test('what is no acs_encoder_id is an encoder that nobody knows', () => {
    expect(codeOf(() => checkEncoder(encoder))).toBe('done')
    for (const wrong of ['', '1', `${encoder}0`]) {
      expect(codeOf(() => checkEncoder(wrong))).toBe('key_encoder_unknown')
    }
  })
})

describe('answers', () => {
  test('a workspace is Seam’s', () => {
    expect(readWorkspace(answerOf('the workspace of the key')?.body)).toEqual({ isSandbox: true })
    for (const other of [null, {}, { ok: true }, '<html>']) expect(readWorkspace(other)).toBeUndefined()
  })

  test.each([
    ['an encode that waits for a card', 'pending'],
    ['an access method is encoded', 'success'],
    ['an encode that ends with encoding_interrupted', 'error'],
  ])('%s: %s', (name, status) => {
    expect(readAttempt(answerOf(name)?.body)).toMatchObject({ action_attempt_id: attemptId, status })
  })

  test('an attempt of the type that Seam’s guides show is an attempt', () => {
    const attempt = { action_attempt_id: attemptId, action_type: 'ENCODE_ACCESS_METHOD', status: 'pending' }
    expect(readAttempt({ action_attempt: attempt })?.status).toBe('pending')
  })

  test.each([
    ['nothing', null],
    ['another status', { action_attempt: { action_attempt_id: attemptId, status: 'running' } }],
    ['no id', { action_attempt: { status: 'pending' } }],
    [
      'an error without a type',
      { action_attempt: { action_attempt_id: attemptId, status: 'error', error: null } },
    ],
  ])('%s is no attempt', (_, body) => {
    expect(readAttempt(body)).toBeUndefined()
  })

  test.each([
    ['a card that holds nothing is scanned', null, { kind: 'nothing' }],
    ['a card is scanned that holds what Seam has', '04A1B2C3D4E580', { kind: 'same' }],
    [
      'a card is scanned that differs from what Seam has',
      '04A1B2C3D4E580',
      { kind: 'outOfSync', properties: ['ends_at'] },
    ],
    ['a card is scanned that Seam does not know', '04A1B2C3D4E580', { kind: 'notFound' }],
  ])('%s', (name, cardNumber, comparison) => {
    const attempt = readAttempt(answerOf(name)?.body)
    expect(attempt?.status === 'success' && readScan(attempt.result)).toEqual({
      kind: 'credential',
      cardNumber,
      comparison,
    })
  })

  test('a warning about something that Seam does not show names the credential as a whole', () => {
    const credential = { card_number: '7', starts_at: '2026-11-23T14:00:00Z', ends_at: null }
    const result = {
      acs_credential_on_encoder: credential,
      acs_credential_on_seam: { ...credential, starts_at: '2026-11-23T14:00:00.000Z' },
      warnings: [{ warning_code: 'acs_credential_on_encoder_out_of_sync' }],
    }
    expect(readScan(result)).toMatchObject({
      comparison: { kind: 'outOfSync', properties: ['acs_credential'] },
    })
    expect(readScan({ ...result, warnings: 'none' })).toBeUndefined()
  })
})

interface Variant {
  readonly properties: {
    readonly action_type: { readonly enum?: readonly string[] }
    readonly error?: {
      readonly oneOf?: readonly {
        readonly properties: { readonly type: { readonly enum: readonly string[] } }
      }[]
    }
  }
}
const { schemas } = openapi['components'] as {
  readonly schemas: { readonly action_attempt: { readonly oneOf: readonly Variant[] } }
}

/** The error codes that the document has for attempts of this type. */
const publishedErrors = (actionType: string): readonly string[] =>
  schemas.action_attempt.oneOf
    .filter(({ properties }) => properties.action_type.enum?.includes(actionType) === true)
    .flatMap(({ properties }) => properties.error?.oneOf ?? [])
    .flatMap(({ properties }) => properties.type.enum)

/** Seam does not know whether the card was written before somebody stopped waiting. */
const open = ['uncategorized_error', 'action_attempt_expired', 'encoder_communication_timeout']

describe('errors of attempts', () => {
  test.each(['ENCODE_CREDENTIAL', 'SCAN_TO_ASSIGN_CREDENTIAL'])(
    '%s: each published one is told Seam again as itself, except those that leave the card in doubt',
    (actionType) => {
      const published = publishedErrors(actionType)
      expect(published).toContain('no_credential_on_encoder')
      const codes = new Map(published.map((type) => [type, attemptError(type, '', true).code]))
      const inDoubt = published.filter((type) => codes.get(type) === 'outcome_unknown')
      expect(inDoubt).toEqual(published.filter((type) => open.includes(type)))
      const told = [...codes].filter(([, code]) => code !== 'outcome_unknown')
      expect(told.map(([, code]) => errorTable[code].seam)).toEqual(told.map(([type]) => type))
    },
  )

  test('SCAN_CREDENTIAL: each published one is told Seam again as itself, for a scan leaves nothing in doubt', () => {
    const published = publishedErrors('SCAN_CREDENTIAL')
    expect(published).toContain('bridge_disconnected')
    for (const type of published) {
      const { code } = attemptError(type, '', false)
      expect(code, type).not.toBe('outcome_unknown')
      expect(errorTable[code].seam, type).toBe(type)
    }
  })

  test('the older spelling of no credential is the same', () => {
    expect(attemptError('no_card_on_encoder', '', true).code).toBe('card_misplaced')
  })

  test('one that nobody knows leaves the card in doubt, and is named', () => {
    const error = attemptError('encoder_on_fire', 'It burns.', true)
    expect([error.code, error.detail]).toEqual(['outcome_unknown', 'Seam says encoder_on_fire: It burns.'])
  })

  test('of what Seam says only so much is told', () => {
    expect(attemptError('uncategorized_error', 'x'.repeat(1000), true).detail).toHaveLength(200)
  })
})

test.each([
  [401, 'unauthorized', 'seam_unauthorized'],
  [403, 'forbidden', 'seam_unauthorized'],
  [404, 'acs_encoder_not_found', 'key_encoder_unknown'],
  [404, 'access_method_not_found', 'credential_deleted'],
  [404, 'acs_credential_not_found', 'credential_deleted'],
  [404, 'not_found', 'key_order_refused'],
  [400, 'invalid_input', 'key_order_refused'],
  [409, 'conflict', 'key_order_refused'],
])('a refusal with %i %s is %s', (status, type, code) => {
  const refusal = refusalOf(status, { error: { type, message: 'No.' } })
  expect([refusal.code, refusal.detail]).toEqual([code, `Seam says ${type}: No.`])
  expect(refusalOf(status, null).detail).toBe(`Seam says status ${status}.`)
})
