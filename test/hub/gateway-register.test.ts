import { randomUUID } from 'node:crypto'
import { SeamHttp } from '@seamapi/http'
import { describe, expect, test } from 'vitest'
import { encoderNamed } from './fake-bridge.ts'
import { jsonAnswer, openGateway, openRawServer, WORKSPACE_ID } from './gateway-rig.ts'
import { attemptOf } from './hub-fixture.ts'

const SYSTEM = randomUUID()
const USER = randomUUID()
/** 0x04A1B2C3, the card's UID as one number. */
const NUMBER = '77705923'

interface Card {
  readonly acs_credential_id: string
  readonly card_number: string
  user_identity_id?: string
  acs_user_id?: string
}
const card = (card_number = NUMBER): Card => ({ acs_credential_id: randomUUID(), card_number })

/** A Seam with cards on two pages, and a desk that has scanned one for a user. */
const openScan = async (cards: Card[], user: object = { user_identity_id: USER }) => {
  const server = await openRawServer()
  const seam = { assign: (given: object): string | null => jsonAnswer({ acs_credential: given }) }
  const bodyOf = (request: string) => JSON.parse(request.slice(request.indexOf('\r\n\r\n') + 4))
  const answers: Record<string, (request: string) => string | null> = {
    '/acs/systems/get': () =>
      jsonAnswer({
        acs_system: {
          acs_system_id: SYSTEM,
          workspace_id: WORKSPACE_ID,
          name: 'Doors',
          connected_account_id: randomUUID(),
        },
      }),
    '/acs/credentials/list': (request) => {
      const { search, page_cursor } = bodyOf(request)
      const found = cards.filter((one) => one.card_number.includes(search))
      return page_cursor === undefined
        ? jsonAnswer({ acs_credentials: found.slice(0, 1), pagination: { next_page_cursor: '2' } })
        : jsonAnswer({ acs_credentials: found.slice(1), pagination: { next_page_cursor: null } })
    },
    '/acs/credentials/assign': (request) => {
      const { acs_credential_id, ...whom } = bodyOf(request)
      const found = cards.find((one) => one.acs_credential_id === acs_credential_id)
      return seam.assign(Object.assign(found ?? {}, whom))
    },
  }
  server.answer = null
  server.answerTo = (request) => answers[request.split(' ')[1] ?? '']?.(request) ?? null
  const gateway = await openGateway(server.endpoint)
  const encoder = encoderNamed('Here')
  const bridge = await gateway.bridge([encoder], await gateway.pair('Desk', gateway.apiKey, SYSTEM))
  const { acs_encoder_id } = encoder
  const ordered = await gateway.post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, ...user })
  const id: string = ordered.body.action_attempt.action_attempt_id
  const scan = async () =>
    bridge.report((await bridge.takeOrder()).order_id, {
      kind: 'scanned',
      card_uid: '04A1B2C3',
      technology: 'mifare-classic-1k',
      card_number: null,
      record: null,
      remark: null,
    })
  const ended = async (hub = gateway) => {
    const client = SeamHttp.fromApiKey(hub.apiKey, { endpoint: hub.endpoint })
    const waitForActionAttempt = { timeout: 20_000, pollingInterval: 20 }
    const waiting = client.actionAttempts.get({ action_attempt_id: id }, { waitForActionAttempt })
    await waiting.then(undefined, () => undefined)
    return attemptOf(hub, id)
  }
  const calls = () => server.requests.filter((one) => one.startsWith('POST /acs/credentials/assign '))
  return { server, seam, gateway, scan, ended, calls }
}

describe('a card that is scanned here for a user of Seam’s', () => {
  test('is given to them by its number', async () => {
    const { scan, ended, calls } = await openScan([card(`${NUMBER}0`), card()])
    await scan()
    expect(await ended()).toMatchObject({
      action_type: 'SCAN_TO_ASSIGN_CREDENTIAL',
      status: 'success',
      result: { card_number: NUMBER, user_identity_id: USER },
    })
    expect(calls()).toHaveLength(1)
  })

  test('is given to an access system’s user too', async () => {
    const acs_user_id = randomUUID()
    const { scan, ended } = await openScan([card()], { acs_user_id })
    await scan()
    expect(await ended()).toMatchObject({ status: 'success', result: { acs_user_id } })
  })

  test('is left to another user who has it, and is not made up when Seam has none', async () => {
    const taken = await openScan([{ ...card(), user_identity_id: randomUUID() }])
    await taken.scan()
    expect(await taken.ended()).toMatchObject({ status: 'error', error: { type: 'uncategorized_error' } })
    const unknown = await openScan([card(`1${NUMBER}`)])
    await unknown.scan()
    const attempt = await unknown.ended()
    expect(attempt.error.message).toBe(`Seam knows no card ${NUMBER} in this access system.`)
    expect([...taken.calls(), ...unknown.calls()]).toEqual([])
  })

  test('is given by a gateway that was switched off for days', async () => {
    const { server, gateway, scan, ended, calls } = await openScan([card()])
    const { answerTo } = server
    server.answerTo = () => null
    const asked = server.nextRequest()
    await scan()
    await asked
    server.answerTo = answerTo
    await gateway.close()
    gateway.clock.advance(3 * 86_400_000)
    const again = await gateway.restart()
    again.clock.advance(2_000)
    expect(await ended(again)).toMatchObject({ status: 'success', result: { user_identity_id: USER } })
    expect(calls()).toHaveLength(1)
    await again.close()
  })

  test('is not given twice when the gateway is stopped in the middle', async () => {
    const { server, seam, gateway, scan, ended, calls } = await openScan([card()])
    // Seam carries it out, and its answer is lost.
    seam.assign = () => null
    const arrived = new Promise<void>((resolve) => {
      const { answerTo } = server
      server.answerTo = (request) => {
        const answer = answerTo(request)
        if (request.startsWith('POST /acs/credentials/assign ')) resolve()
        return answer
      }
    })
    await scan()
    await arrived
    const again = await gateway.restart()
    again.clock.advance(2_000)
    expect(await ended(again)).toMatchObject({ status: 'success', result: { user_identity_id: USER } })
    expect(calls()).toHaveLength(1)
    await again.close()
  })
})
