import { createFake } from '@seamapi/fake-seam-connect'
import { expect, onTestFinished, test } from 'vitest'
import { type PairOptions, pairWithHub } from '../../src/seam/pair.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { straight } from './desk.ts'

const SESSIONS = '/seam/bridge/v1/bridge_client_sessions'

/** Seam's own public fake, as it is published, with a workspace in it. */
const openSeam = async () => {
  const fake = await createFake()
  const { workspace_id } = fake.database.addWorkspace({ name: 'Hotel' })
  const server = await fake.startServer()
  onTestFinished(() => server.close())
  const post = async (path: string, body: object, token = ''): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const url = `${server.serverUrl}${path}`
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status
  }
  const sessions = () => fake.database.bridge_client_sessions

  return {
    post,
    sessions,
    /** The holder of a workspace enters the code; the fake leaves making the bridge and its system to its user. */
    claim: async (code: string) => {
      const status = await post('/_fake/enter_bridge_pairing_code', { pairing_code: code })
      const found = sessions().find(({ pairing_code }) => pairing_code === code)
      if (status !== 200 || found === undefined) throw new Error(`The code ${code} was answered ${status}.`)
      const { bridge_client_session_id } = found
      const { bridge_id } = fake.database.addBridge({ workspace_id, bridge_client_session_id })
      const account = { provider: 'salto_ks', workspace_id, bridge_id, user_identifier: {} } as const
      const { connected_account_id } = fake.database.addConnectedAccount(account)
      const { acs_system_id } = fake.database.addAcsSystem({
        external_type: 'salto_ks_site',
        name: 'Doors',
        workspace_id,
        connected_account_id,
      })
      return { bridgeId: bridge_id, acsSystemId: acs_system_id }
    },
    /** Pairs, and hands every code to the test as it is shown. */
    pair: (changes: Partial<PairOptions> = {}) => {
      const shown: { code: string; remainingMs: number }[] = []
      const waiting: (() => void)[] = []
      const clock = createFakeClock()
      const giveUp = new AbortController()
      const pairing = pairWithHub({
        hubEndpoint: server.serverUrl,
        network: straight,
        apiKey: null,
        enrolmentToken: null,
        acsSystemId: null,
        name: 'Front Desk',
        timeZone: 'Europe/Vienna',
        machineKey: 'machine-1',
        machine: ['mark-1'],
        clock,
        wallClock: () => new Date(),
        signal: giveUp.signal,
        onCode: (code, _expiresAt, remainingMs) => {
          shown.push({ code, remainingMs })
          for (const resolve of waiting.splice(0)) resolve()
        },
        ...changes,
      })
      pairing.catch(() => undefined)
      return {
        pairing,
        clock,
        shown,
        giveUp: () => giveUp.abort(),
        untilShown: async (count: number) => {
          while (shown.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
          return shown[count - 1] ?? { code: '', remainingMs: 0 }
        },
      }
    },
    endpoint: server.serverUrl,
  }
}

test('a code of Seam’s fake is shown with the three minutes that it lives, and the claim makes the pairing', async () => {
  const seam = await openSeam()
  const desk = seam.pair()
  const { code, remainingMs } = await desk.untilShown(1)
  expect(code).toMatch(/^\d{6}$/)
  // The hub's clock is read from its Date, which has whole seconds.
  expect(Math.abs(remainingMs - 180_000)).toBeLessThan(2_000)
  const whom = await seam.claim(code)
  await desk.clock.advance(2_000)
  expect(await desk.pairing).toEqual({
    ...whom,
    hubEndpoint: seam.endpoint,
    token: 'Front Desk_token',
    machine: ['mark-1'],
  })
})

test('Seam’s fake is told who the desk is, and once it is paired that it lives', async () => {
  const seam = await openSeam()
  const desk = seam.pair()
  const { code } = await desk.untilShown(1)
  expect(seam.sessions()).toMatchObject([
    {
      bridge_client_name: 'Front Desk',
      bridge_client_time_zone: 'Europe/Vienna',
      bridge_client_machine_identifier_key: 'machine-1',
      _last_status_report_received_at: null,
    },
  ])
  await seam.claim(code)
  await desk.clock.advance(2_000)
  await desk.pairing
  expect(seam.sessions()[0]?._last_status_report_received_at).not.toBeNull()
})

test('a code that expires at Seam’s fake is followed by a fresh one of the same session, and only that one is taken', async () => {
  const seam = await openSeam()
  const desk = seam.pair()
  const first = await desk.untilShown(1)
  await desk.clock.advance(182_000)
  const second = await desk.untilShown(2)
  expect(second.code).not.toBe(first.code)
  expect(seam.sessions()).toMatchObject([{ pairing_code: second.code }])
  await expect(seam.claim(first.code)).rejects.toThrow('answered 404')
  const whom = await seam.claim(second.code)
  await desk.clock.advance(2_000)
  expect(await desk.pairing).toMatchObject(whom)
})

test('pairing again under the same name is the first session of Seam’s fake, and needs no new claim', async () => {
  const seam = await openSeam()
  const desk = seam.pair()
  const whom = await seam.claim((await desk.untilShown(1)).code)
  await desk.clock.advance(2_000)
  await desk.pairing
  const again = seam.pair()
  await again.untilShown(1)
  await again.clock.advance(2_000)
  expect(await again.pairing).toMatchObject(whom)
})

test('what is sent to Seam’s fake is what it wants: a status without both fields is refused', async () => {
  const seam = await openSeam()
  const desk = seam.pair()
  await desk.untilShown(1)
  const path = `${SESSIONS}/report_status`
  expect(await seam.post(path, {}, 'Front Desk_token')).toBe(400)
  expect(await seam.post(path, {}, 'another_token')).toBe(401)
  desk.giveUp()
  await expect(desk.pairing).rejects.toMatchObject({ code: 'aborted' })
})
