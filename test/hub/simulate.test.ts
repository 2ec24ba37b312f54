import { describe, expect } from 'vitest'
import { encoderNamed } from './fake-bridge.ts'
import { demoCard, eventTypes, test } from './hub-fixture.ts'

const base = '/acs/encoders/simulate/next_credential'

describe('the sandbox', () => {
  test('ends the next encode as it was told, once, and sends no order', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const { acs_encoder_id } = encoder
    await hub.post(`${base}_encode_will_fail`, { acs_encoder_id, error_code: 'encoding_interrupted' })
    const failed = await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    expect(failed.body.action_attempt).toMatchObject({
      status: 'error',
      error: { type: 'encoding_interrupted' },
    })
    await hub.post(`${base}_encode_will_succeed`, { acs_encoder_id })
    const done = await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    expect(done.body.action_attempt).toMatchObject({ status: 'success', result: { is_issued: true } })
    await bridge.settled()
    expect(bridge.received.some((one) => one.type === 'order')).toBe(false)
    expect(await eventTypes(hub, { event_type: 'access_method.issued' })).toHaveLength(1)
  })

  test('keeps a failure for the credential that it was prepared for', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const { acs_encoder_id } = encoder
    const other = '00000000-0000-4000-8000-000000000001'
    await hub.post(`${base}_encode_will_fail`, {
      acs_encoder_id,
      acs_credential_id: other,
      error_code: 'uncategorized_error',
    })
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    expect((await bridge.takeOrder()).kind).toBe('encode')
  })

  test.for([
    ['credential_exists_on_seam', true, true, []],
    ['credential_on_encoder_needs_update', true, true, ['acs_credential_on_encoder_out_of_sync']],
    ['credential_does_not_exist_on_seam', true, false, ['acs_credential_on_seam_not_found']],
    ['credential_on_encoder_is_empty', false, false, []],
  ] as const)('shows a scan of the scenario %s', async ([scenario, onEncoder, onSeam, warnings], { hub }) => {
    const encoder = encoderNamed('Front Desk')
    await hub.bridge([encoder])
    const { acs_encoder_id } = encoder
    await hub.post(`${base}_scan_will_succeed`, { acs_encoder_id, scenario })
    const { body } = await hub.post('/acs/encoders/scan_credential', { acs_encoder_id })
    const { result } = body.action_attempt
    expect(result.acs_credential_on_encoder !== null).toBe(onEncoder)
    expect(result.acs_credential_on_seam !== null).toBe(onSeam)
    expect(result.warnings.map((one: { warning_code: string }) => one.warning_code)).toEqual(warnings)
  })

  test('fails a scan', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    await hub.bridge([encoder])
    const { acs_encoder_id } = encoder
    await hub.post(`${base}_scan_will_fail`, { acs_encoder_id })
    const { body } = await hub.post('/acs/encoders/scan_credential', { acs_encoder_id })
    expect(body.action_attempt.error.type).toBe('no_credential_on_encoder')
  })
})
