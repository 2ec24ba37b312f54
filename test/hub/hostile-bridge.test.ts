import { once } from 'node:events'
import { describe, expect } from 'vitest'
import { WebSocket } from 'ws'
import { encoderNamed } from './fake-bridge.ts'
import { attemptOf, test } from './hub-fixture.ts'

describe('a hostile bridge', () => {
  test('that asks and never reads is cut off, before its answers fill the memory', async ({ hub }) => {
    const token = await hub.pair()
    const socket = new WebSocket(`${hub.endpoint.replace('http', 'ws')}/bridge/v1/channel`, {
      headers: { authorization: `Bearer ${token}` },
    })
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await once(socket, 'open')
    const envelope = { v: 1, id: 'm', at: '2026-11-23T12:00:00.000Z' }
    const hello = { version: '0.1.0', encoders: [], open_order_ids: [] }
    socket.send(JSON.stringify({ ...envelope, type: 'hello', body: hello }))
    await once(socket, 'message')
    socket.pause()
    const ping = JSON.stringify({ ...envelope, type: 'ping', body: {} })
    const flood = (): void => {
      for (let count = 0; count < 1_000; count += 1) socket.send(ping)
      socket.send(ping, () => {
        if (socket.readyState === WebSocket.OPEN) flood()
      })
    }
    // The hub hears only so many messages a second.
    const passing = setInterval(() => hub.clock.advance(50), 1)
    flood()
    await closed
    clearInterval(passing)
    expect(hub.log.join('')).not.toContain('bridge silent')
    expect((await hub.post('/workspaces/get')).status).toBe(200)
  }, 30_000)

  test('with more encoders than a desk can have is sent away, and none of them is kept', async ({ hub }) => {
    const bridge = await hub.bridge([])
    bridge.send('encoders', { encoders: Array.from({ length: 65 }, () => encoderNamed('Crowd')) })
    const { body } = await bridge.next('goodbye')
    expect(body.code).toBe('hub_refused')
    const [system] = (await hub.post('/acs/systems/list')).body.acs_systems.slice(-1)
    const { acs_system_id } = system
    expect((await hub.post('/acs/encoders/list', { acs_system_id })).body.acs_encoders).toEqual([])
  })

  test.for(['nothex', '04A1B2C', '', '0x10', 'FFFFFFFFFFFFFFFFFFFFFF'])(
    'that reports the card %s is refused, and the order goes on waiting for the truth',
    async (card_uid, { hub }) => {
      const encoder = encoderNamed('Front Desk')
      const bridge = await hub.bridge([encoder])
      const identity = await hub.post('/user_identities/create', {})
      const { body } = await hub.post('/acs/encoders/scan_to_assign_credential', {
        acs_encoder_id: encoder.acs_encoder_id,
        user_identity_id: identity.body.user_identity.user_identity_id,
      })
      const { order_id } = await bridge.takeOrder()
      const technology = 'mifare-classic-1k'
      const ending = {
        kind: 'scanned' as const,
        card_uid,
        technology,
        card_number: null,
        record: null,
        remark: null,
      }
      expect(await bridge.report(order_id, ending)).toMatchObject({
        accepted: false,
        code: 'request_invalid',
      })
      expect((await attemptOf(hub, body.action_attempt.action_attempt_id)).status).toBe('pending')
      await bridge.settled()
    },
  )
})
