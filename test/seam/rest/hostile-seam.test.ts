import { describe, expect, test } from 'vitest'
import { type Answer, ATTEMPT_ID, METHOD_ID, openFakeSeam, refused } from './fake-seam.ts'

const never = new AbortController().signal
const CREDENTIAL_ID = '66666666-6666-4666-8666-666666666666'
const RELATED = '/access_methods/get_related'
const ASSIGN = '/access_methods/assign_card'
const FOLLOW = '/action_attempts/get'
const GRANTS = '/access_grants/list'
const EVENTS = '/events/list'

const method = (more: object) => ({
  access_method_id: METHOD_ID,
  mode: 'card',
  display_name: 'Card',
  is_issued: false,
  issued_at: null,
  is_assignment_required: true,
  is_ready_for_assignment: true,
  warnings: [],
  errors: [],
  ...more,
})
const related = (more: object = {}, cardNumber: string | null = null): Answer => ({
  body: {
    batch: {
      access_methods: [method(more)],
      acs_credentials:
        cardNumber === null ? [] : [{ acs_credential_id: CREDENTIAL_ID, card_number: cardNumber }],
    },
    ok: true,
  },
})
const waiting = related()
const issued = (cardNumber: string | null) =>
  related({ is_issued: true, is_assignment_required: false, is_ready_for_assignment: false }, cardNumber)
const attempt = (status: string, error?: object): Answer => ({
  body: { action_attempt: { action_attempt_id: ATTEMPT_ID, status, error }, ok: true },
})
const pending = attempt('pending')

const openRig = async () => {
  const seam = await openFakeSeam()
  const assign = (isRepeat: boolean) =>
    seam.cards.assign({ accessMethodId: METHOD_ID, cardNumber: '4711', isRepeat }, never)
  const assignments = (): number => seam.paths().filter((path) => path === ASSIGN).length
  return Object.assign(seam, { assign, assignments })
}

describe('a card that Seam is to give away', () => {
  test('is given away when its attempt succeeds and the access method says so', async () => {
    await using rig = await openRig()
    rig.answer(RELATED, waiting, waiting, issued('4711'))
    rig.answer(ASSIGN, pending)
    rig.answer(FOLLOW, pending, refused(429, { 'retry-after': '3' }), attempt('success'))
    await rig.clock.drive(rig.assign(false))
    expect(rig.assignments()).toBe(1)
  })

  test.each<[string, Answer]>([
    ['breaks off', 'half'],
    ['never begins', 'cut'],
    ['is a fault of the server', refused(500)],
    ['is no JSON', { body: '<html>' }],
    ['is of another shape', { body: { ok: true } }],
  ])('is looked after, and never asked for twice, when the answer %s', async (_, answer) => {
    await using rig = await openRig()
    rig.answer(RELATED, waiting, waiting, issued('04711'))
    rig.answer(ASSIGN, answer)
    await expect(rig.assign(false)).rejects.toMatchObject({ code: 'outcome_unknown' })
    await expect(rig.assign(true)).rejects.toMatchObject({ code: 'outcome_unknown' })
    await rig.assign(true)
    expect(rig.assignments()).toBe(1)
  })

  test('belongs to another when the access method has another card', async () => {
    await using rig = await openRig()
    rig.answer(RELATED, waiting, issued('815'))
    rig.answer(ASSIGN, 'cut')
    await expect(rig.assign(false)).rejects.toMatchObject({ code: 'outcome_unknown' })
    await expect(rig.assign(true)).rejects.toMatchObject({ code: 'card_not_assigned' })
    expect(rig.assignments()).toBe(1)
  })

  test('is not called given away when an issued access method does not say with which card', async () => {
    await using rig = await openRig()
    rig.answer(RELATED, issued(null))
    await expect(rig.assign(true)).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(rig.assignments()).toBe(0)
  })

  test('is followed by its attempt when following broke off', async () => {
    await using rig = await openRig()
    rig.answer(RELATED, waiting, issued('4711'))
    rig.answer(ASSIGN, pending)
    rig.answer(FOLLOW, refused(500), attempt('success'))
    await expect(rig.assign(false)).rejects.toMatchObject({ code: 'outcome_unknown' })
    await rig.assign(true)
    expect(rig.assignments()).toBe(1)
  })

  test('was not given away when the attempt has failed and the access method still waits', async () => {
    await using rig = await openRig()
    rig.answer(RELATED, waiting)
    rig.answer(ASSIGN, pending)
    rig.answer(FOLLOW, attempt('error', { type: 'credential_not_found', message: 'No such card.' }))
    await expect(rig.assign(false)).rejects.toMatchObject({
      code: 'card_not_assigned',
      detail: 'Seam says: No such card.',
    })
  })

  test('was given away when the attempt has failed and the access method has the card nevertheless', async () => {
    await using rig = await openRig()
    rig.answer(RELATED, waiting, issued('4711'))
    rig.answer(ASSIGN, pending)
    rig.answer(FOLLOW, attempt('error', { type: 'uncategorized_error', message: 'Who knows.' }))
    await expect(rig.assign(false)).resolves.toBeUndefined()
  })

  test.each<[string, Answer, string]>([
    ['Seam refuses it', refused(400), 'card_not_assigned'],
    ['the key is refused in mid-run', refused(401), 'seam_unauthorized'],
    ['Seam is flooded', refused(429, { 'retry-after': '1' }), 'rate_limited'],
  ])('was certainly not given away when %s', async (_, answer, code) => {
    await using rig = await openRig()
    rig.answer(RELATED, waiting)
    rig.answer(ASSIGN, answer)
    await expect(rig.clock.drive(rig.assign(false))).rejects.toMatchObject({ code })
  })

  test('was certainly not given away when Seam was never reached', async () => {
    await using rig = await openRig()
    await rig.close()
    await expect(rig.assign(false)).rejects.toMatchObject({ code: 'seam_unreachable' })
    await expect(rig.assign(true)).rejects.toMatchObject({ code: 'outcome_unknown' })
  })
})

describe('a list of what waits', () => {
  const grant = (id: string) => ({
    access_grant_id: id,
    name: 'Ada Guest',
    display_name: 'Ada Guest',
    starts_at: '2026-06-01T10:00:00.000Z',
    ends_at: null,
    access_method_ids: [METHOD_ID],
    requested_access_methods: [{ mode: 'card', created_access_method_ids: [METHOD_ID] }],
  })
  const page = (cursor: string | null): Answer => ({
    body: {
      access_grants: [grant(cursor ?? 'last')],
      pagination: { has_next_page: cursor !== null, next_page_cursor: cursor, next_page_url: null },
      ok: true,
    },
  })

  test('without an end is left, and nothing of it is believed', async () => {
    await using rig = await openRig()
    rig.answer(GRANTS, page('again'))
    await expect(rig.waiting.read(never)).rejects.toMatchObject({ code: 'seam_unreachable' })
    expect(rig.asked).toHaveLength(100)
  })

  test('is read anew when more has happened than one answer holds', async () => {
    await using rig = await openRig()
    rig.answer(GRANTS, page(null))
    rig.answer(RELATED, waiting)
    await rig.waiting.read(never)
    const event = (index: number) => ({
      event_id: `event-${index}`,
      event_type: 'access_method.created',
      created_at: '2026-06-01T12:00:00.000Z',
      access_grant_ids: [`grant-${index}`],
    })
    const events = Array.from({ length: 500 }, (_, index) => event(index))
    rig.answer(EVENTS, { body: { events, ok: true } })
    rig.asked.length = 0
    await rig.waiting.read(never)
    expect(rig.paths().slice(0, 2)).toEqual([EVENTS, GRANTS])
    expect(rig.asked[1]?.body).toEqual({ limit: 100 })
  })

  test('that fails half-way is taken up again where it was', async () => {
    await using rig = await openRig()
    rig.answer(GRANTS, page(null))
    rig.answer(RELATED, waiting)
    const before = await rig.waiting.read(never)
    const events = [
      {
        event_id: 'event-1',
        event_type: 'access_method.issued',
        created_at: '2026-06-01T12:00:01.000Z',
        access_grant_ids: ['last'],
      },
    ]
    rig.answer(EVENTS, { body: { events, ok: true } })
    rig.answer(RELATED, refused(500), issued(null))
    await expect(rig.waiting.read(never)).rejects.toMatchObject({ code: 'seam_unreachable' })
    expect(before).toHaveLength(1)
    expect(await rig.waiting.read(never)).toEqual([])
  })

  test('is read anew each hour, whatever the events say', async () => {
    await using rig = await openRig()
    rig.answer(GRANTS, page(null))
    rig.answer(RELATED, waiting)
    rig.answer(EVENTS, { body: { events: [], ok: true } })
    await rig.waiting.read(never)
    await rig.clock.advance(3_599_000)
    await rig.waiting.read(never)
    expect(rig.paths().at(-1)).toBe(EVENTS)
    await rig.clock.advance(1_000)
    rig.asked.length = 0
    await rig.waiting.read(never)
    expect(rig.paths()[0]).toBe(GRANTS)
  })
})
