import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { startAttempt } from '../../src/hub/attempts.ts'
import { nowOf } from '../../src/hub/context.ts'
import { createAssignments } from '../../src/hub/gateway/assignments.ts'
import { createReporter } from '../../src/hub/gateway/reporter.ts'
import type { Upstream, UpstreamAnswer } from '../../src/hub/gateway/upstream.ts'
import { openBareHub } from './bare-hub.ts'
import { test } from './hub-fixture.ts'

const METHOD = '33333333-3333-4333-8333-333333333333'

const answered = (body: object, status = 200): UpstreamAnswer => ({ kind: 'answered', status, body })
const unsure: UpstreamAnswer = { kind: 'unsure', reason: 'ECONNRESET' }
const unsent: UpstreamAnswer = { kind: 'unsent', reason: 'ECONNREFUSED' }
const refused = (status: number, type = 'x') => answered({ error: { type, message: 'It says no.' } }, status)
const attemptThere = (status: string, error: object | null = null) =>
  answered({ action_attempt: { action_attempt_id: 'theirs', status, error } })
const methodThere = (flags: object = {}, credentials: object[] = []) =>
  answered({
    batch: {
      access_methods: [
        {
          access_method_id: METHOD,
          mode: 'card',
          is_issued: false,
          issued_at: null,
          is_ready_for_assignment: true,
          ...flags,
        },
      ],
      access_grants: [
        {
          access_grant_id: randomUUID(),
          user_identity_id: 'u',
          starts_at: '2026-11-23T12:00:00Z',
          ends_at: null,
        },
      ],
      acs_credentials: credentials,
    },
  })
const OURS = {
  acs_credential_id: randomUUID(),
  acs_system_id: 's',
  access_method: 'card',
  card_number: '77705923',
}
const issued = { is_issued: true, issued_at: '2026-11-23T12:00:01Z', is_ready_for_assignment: false }

const names: Record<string, string> = {
  '/access_methods/assign_card': 'assign',
  '/access_methods/get_related': 'read',
  '/action_attempts/get': 'follow',
}

/** One report and an upstream that answers by a script; `run` takes the steps that are due now. */
const openReport = (dataDir: string, script: UpstreamAnswer[]) => {
  const bare = openBareHub(dataDir)
  const { hub, clock } = bare
  const calls: string[] = []
  const upstream: Upstream = {
    endpoint: 'https://seam.example',
    key: 'seam_test',
    keyFile: '/k',
    connectionTo: () => ({}),
    open: () => {
      throw new Error('not used')
    },
    call: async (path) => {
      calls.push(names[path] ?? path)
      return script.shift() ?? unsure
    },
    close: () => undefined,
  }
  const { action_attempt_id: order_id } = startAttempt(hub, 'w', 'ENCODE_CREDENTIAL')
  hub.store.assignments.insert({
    order_id,
    access_method_id: METHOD,
    card_number: '77705923',
    state: 'wanted',
    upstream_attempt_id: null,
    result: { acs_credential_id: 'c' },
    tries: 0,
    due_at: nowOf(hub),
    since: nowOf(hub),
  })
  const step = createAssignments(hub, upstream)
  const due = () =>
    hub.store.assignments.query(`where t.state <> 'done' and t.due_at <= ?`, nowOf(hub))[0] ?? null
  return {
    calls,
    close: () => bare[Symbol.asyncDispose](),
    state: () => hub.store.assignments.find({ order_id })?.state,
    attempt: () => hub.store.attempts.find({ action_attempt_id: order_id }),
    /** As the hub does it: one step of what is due. */
    wake: async (advanceMs: number) => {
      clock.advance(advanceMs)
      const reporter = createReporter(hub, upstream)
      reporter.wake()
      await reporter.close()
    },
    run: async (advanceMs = 0) => {
      clock.advance(advanceMs)
      for (let row = due(); row !== null; row = due()) await step(row)
    },
  }
}

describe('a report of a card to Seam', () => {
  test('that is taken and carried out ends as Seam says', async ({ dataDir }) => {
    const report = openReport(dataDir, [
      attemptThere('pending'),
      attemptThere('pending'),
      attemptThere('success'),
      methodThere(),
      attemptThere('success'),
      methodThere(issued),
    ])
    await report.run()
    expect(report.attempt()?.status).toBe('pending')
    await report.run(1_000)
    await report.run(1_000)
    expect(report.attempt()).toMatchObject({
      status: 'success',
      result: { acs_credential_id: 'c', is_issued: true, encoder_bridge: { seam_updated: true } },
    })
    expect(report.calls).toEqual(['assign', 'follow', 'follow', 'read', 'follow', 'read'])
    await report.close()
  })

  test('whose flags never follow claims nothing', async ({ dataDir }) => {
    const report = openReport(dataDir, [
      attemptThere('success'),
      attemptThere('success'),
      methodThere(),
      attemptThere('success'),
      methodThere(),
    ])
    await report.run()
    await report.run(60_000)
    expect(report.attempt()).toMatchObject({
      status: 'success',
      result: { is_issued: false, encoder_bridge: { seam_updated: false } },
    })
    await report.close()
  })

  test('that Seam refuses ends with Seam’s reason, and is not repeated', async ({ dataDir }) => {
    const report = openReport(dataDir, [
      attemptThere('pending'),
      attemptThere('error', { type: 'credential_not_found', message: 'No such card.' }),
    ])
    await report.run()
    expect(report.attempt()).toMatchObject({
      status: 'error',
      error: {
        type: 'uncategorized_error',
        message: 'The card is good, but Seam has not taken it: No such card.',
      },
    })
    expect([report.calls, report.state()]).toEqual([['assign', 'follow'], 'done'])
    await report.close()
  })

  test('that was sent and not answered is looked up, never simply repeated', async ({ dataDir }) => {
    const report = openReport(dataDir, [unsure, methodThere(), methodThere(issued, [OURS])])
    await report.run()
    expect([report.calls, report.state()]).toEqual([['assign'], 'calling'])
    await report.run(1_000)
    expect(report.calls).toEqual(['assign', 'read'])
    await report.run(1_000)
    expect(report.calls).toEqual(['assign', 'read', 'read'])
    expect(report.attempt()).toMatchObject({ status: 'success', result: { is_issued: true } })
    await report.close()
  })

  test('that had no effect for half a minute while Seam still waits for the card is made again', async ({
    dataDir,
  }) => {
    const report = openReport(dataDir, [
      answered({}, 503),
      methodThere({ pending_mutations: [{}] }),
      methodThere(),
      attemptThere('success'),
      attemptThere('success'),
      methodThere(issued),
    ])
    await report.run()
    await report.run(31_000)
    expect(report.calls).toEqual(['assign', 'read'])
    await report.run(1_000)
    await report.run(2_000)
    expect(report.calls).toEqual(['assign', 'read', 'read', 'assign', 'follow', 'read'])
    expect(report.attempt()).toMatchObject({ status: 'success' })
    await report.close()
  })

  test('goes again, less and less often, while nothing could be sent', async ({ dataDir }) => {
    const report = openReport(dataDir, [unsent, refused(401), refused(429), attemptThere('pending')])
    await report.run()
    expect([report.calls.length, report.state()]).toEqual([1, 'wanted'])
    await report.run(2_000)
    await report.run(2_000)
    expect(report.calls).toHaveLength(2)
    await report.run(2_000)
    expect(report.calls).toHaveLength(3)
    await report.run(8_000)
    expect(report.calls).toEqual(['assign', 'assign', 'assign', 'assign', 'follow'])
    await report.close()
  })

  test('of a card that Seam holds as another’s ends with an error', async ({ dataDir }) => {
    const other = methodThere(issued, [{ ...OURS, card_number: '1' }])
    const report = openReport(dataDir, [unsure, other, other])
    await report.run()
    await report.run(1_000)
    await report.run(60_000)
    expect(report.attempt()).toMatchObject({ status: 'error' })
    expect(report.attempt()?.error?.message).toContain('it holds another card')
    await report.close()
  })

  test('of a card that takes another’s place is not given up while Seam may still show that one', async ({
    dataDir,
  }) => {
    const before = methodThere(issued, [{ ...OURS, card_number: '1' }])
    const report = openReport(dataDir, [unsure, before, methodThere(issued, [OURS])])
    await report.run()
    await report.run(1_000)
    await report.run(1_000)
    expect(report.attempt()).toMatchObject({ status: 'success' })
    await report.close()
  })

  test('that Seam has carried out is not given up while it still shows the card before', async ({
    dataDir,
  }) => {
    const report = openReport(dataDir, [
      attemptThere('success'),
      attemptThere('success'),
      methodThere(issued, [{ ...OURS, card_number: '1' }]),
      attemptThere('success'),
      methodThere(issued, [OURS]),
    ])
    await report.run()
    expect(report.attempt()?.status).toBe('pending')
    await report.run(1_000)
    expect(report.attempt()).toMatchObject({ status: 'success' })
    await report.close()
  })

  test('without a clear answer claims no card that Seam does not show: another desk may have been quicker', async ({
    dataDir,
  }) => {
    const report = openReport(dataDir, [unsure, methodThere(issued), methodThere(issued)])
    await report.run()
    await report.run(1_000)
    expect(report.attempt()?.status).toBe('pending')
    await report.run(60_000)
    expect(report.attempt()).toMatchObject({
      status: 'error',
      result: null,
      error: { type: 'action_attempt_expired' },
    })
    expect(report.attempt()?.error?.message).toContain('whether it is this one is not known')
    expect(report.calls).toEqual(['assign', 'read', 'read'])
    await report.close()
  })

  test('that is refused the second time had its effect the first time, where Seam shows the card', async ({
    dataDir,
  }) => {
    const report = openReport(dataDir, [
      unsure,
      methodThere(),
      refused(400, 'already_issued'),
      methodThere(issued, [OURS]),
    ])
    await report.run()
    await report.run(31_000)
    await report.run(4_000)
    expect(report.calls).toEqual(['assign', 'read', 'assign', 'read'])
    expect(report.attempt()).toMatchObject({ status: 'success', result: { is_issued: true } })
    await report.close()
  })

  test('whose second action attempt fails had its effect the first time, where Seam shows the card', async ({
    dataDir,
  }) => {
    const report = openReport(dataDir, [
      unsure,
      methodThere(),
      attemptThere('pending'),
      attemptThere('error', { type: 'credential_not_found', message: 'No free card.' }),
      methodThere(issued, [OURS]),
    ])
    await report.run()
    await report.run(31_000)
    await report.run(4_000)
    expect(report.calls).toEqual(['assign', 'read', 'assign', 'follow', 'read'])
    expect(report.attempt()).toMatchObject({ status: 'success', result: { is_issued: true } })
    await report.close()
  })

  test.for([
    ['a server that gave up waiting', refused(408)],
    ['somebody between who does not speak as Seam does', answered({ title: 'Not here' }, 404)],
  ] as const)(
    'that %s answers is looked up, and neither given up nor repeated',
    async ([, answer], { dataDir }) => {
      const report = openReport(dataDir, [answer, methodThere(), methodThere(issued, [OURS])])
      await report.run()
      expect([report.calls, report.state()]).toEqual([['assign'], 'calling'])
      await report.run(1_000)
      await report.run(1_000)
      expect(report.calls).toEqual(['assign', 'read', 'read'])
      expect(report.attempt()).toMatchObject({ status: 'success' })
      await report.close()
    },
  )

  test('of an access method that was deleted meanwhile ends with that', async ({ dataDir }) => {
    const report = openReport(dataDir, [unsure, refused(404, 'access_method_not_found')])
    await report.run()
    await report.run(1_000)
    expect(report.attempt()).toMatchObject({ status: 'error', error: { type: 'credential_deleted' } })
    await report.close()
  })

  test('is given up after a day, with a last try', async ({ dataDir }) => {
    const report = openReport(dataDir, [unsent, unsent])
    await report.run()
    await report.run(86_401_000)
    expect(report.attempt()).toMatchObject({ status: 'error', error: { type: 'action_attempt_expired' } })
    expect(report.calls).toEqual(['assign', 'assign'])
    await report.close()
  })

  test('is not lost when the hub was switched off for days', async ({ dataDir }) => {
    const report = openReport(dataDir, [
      attemptThere('pending'),
      attemptThere('pending'),
      attemptThere('success'),
    ])
    await report.run(3 * 86_400_000)
    expect(report.attempt()?.status).toBe('pending')
    await report.run(1_000)
    expect(report.calls).toEqual(['assign', 'follow', 'follow', 'read'])
    await report.close()
  })

  test('that Seam has carried out is not called expired by a hub that was switched off for days', async ({
    dataDir,
  }) => {
    const report = openReport(dataDir, [unsure, methodThere(issued, [OURS])])
    await report.run()
    await report.run(3 * 86_400_000)
    expect(report.attempt()).toMatchObject({ status: 'success', result: { is_issued: true } })
    await report.close()
  })

  test('goes on after the clock of the hub was put back', async ({ dataDir }) => {
    const report = openReport(dataDir, [unsure, methodThere(), methodThere(), attemptThere('pending')])
    await report.run()
    await report.wake(-86_400_000)
    expect(report.calls).toEqual(['assign', 'read'])
    await report.wake(31_000)
    await report.wake(2_000)
    expect(report.calls).toEqual(['assign', 'read', 'read', 'assign'])
    await report.close()
  })
})
