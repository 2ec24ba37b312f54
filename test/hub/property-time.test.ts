import { expect } from 'vitest'
import { encoderNamed } from './fake-bridge.ts'
import { demoCard, pairDemoDesk, test } from './hub-fixture.ts'

// Directive 2000/84/EC: on the last Sunday of October 02:30 comes twice, first two hours and then one hour ahead of UTC.
test.for([
  [
    '2026-11-24T05:20:00+05:45',
    '2026-12-24T05:25:00+05:45',
    '2026-11-23T23:35:00.000Z',
    '2026-12-23T23:40:00.000Z',
  ],
  [
    '2027-10-31T02:30:00+02:00',
    '2027-10-31T02:30:00+01:00',
    '2027-10-31T00:30:00.000Z',
    '2027-10-31T01:30:00.000Z',
  ],
] as const)(
  'an order from %s to %s carries the instants to the minute, and the property’s zone',
  async ([starts_at, ends_at, startsInUtc, endsInUtc], { hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder], await pairDemoDesk(hub))
    const { grantId: access_grant_id, methodId: access_method_id } = await demoCard(hub)
    expect((await hub.post('/access_grants/update', { access_grant_id, starts_at, ends_at })).status).toBe(
      200,
    )
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    // The demo hotel's access system is in Berlin, and so is what its lock system is told.
    expect(await bridge.takeOrder()).toMatchObject({
      time_zone: 'Europe/Berlin',
      encode: { starts_at: startsInUtc, ends_at: endsInUtc },
    })
  },
)
