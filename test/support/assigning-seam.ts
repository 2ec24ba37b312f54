import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RestPlace } from './rest-desk.ts'

export const METHOD_ID = '55555555-5555-4555-8555-555555555555'
const CREDENTIAL_ID = '66666666-6666-4666-8666-666666666666'
const ATTEMPT_ID = '77777777-7777-4777-8777-777777777777'
const API_KEY = 'seam_test_secret'

interface Asked {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** A Seam over real HTTP with one access method that asks for a card of the stock. It answers by how things stand with it. */
export interface AssigningSeam extends RestPlace {
  readonly asked: readonly Asked[]
  /** The numbers of the cards that it was asked to assign, in order. */
  assignments(): readonly unknown[]
  /** The card that the access method is issued with; null for none. */
  issuedWith: string | null
  /** What happens when it is asked something, before it answers; `true` leaves the question without an answer for ever. */
  onAsked: (asked: Asked) => boolean
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens it with a folder for the desk. */
export const openAssigningSeam = async (): Promise<AssigningSeam> => {
  const folder = mkdtempSync(join(tmpdir(), 'rest-'))
  const asked: Asked[] = []
  const answerTo = ({ path, body }: Asked): object | null => {
    const isIssued = seam.issuedWith !== null
    const method = {
      access_method_id: METHOD_ID,
      mode: 'card',
      display_name: 'Card',
      is_issued: isIssued,
      issued_at: isIssued ? '2026-06-01T12:00:00.000Z' : null,
      is_assignment_required: !isIssued,
      is_ready_for_assignment: !isIssued,
      warnings: [],
      errors: [],
    }
    const credential = { acs_credential_id: CREDENTIAL_ID, card_number: seam.issuedWith }
    switch (path) {
      case '/access_grants/list':
        return { access_grants: [] }
      case '/events/list':
        return { events: [] }
      case '/access_methods/get_related':
        return { batch: { access_methods: [method], acs_credentials: isIssued ? [credential] : [] } }
      case '/access_methods/assign_card':
        seam.issuedWith = String(body['card_number'])
        return { action_attempt: { action_attempt_id: ATTEMPT_ID, status: 'success' } }
      case '/action_attempts/get':
        return { action_attempt: { action_attempt_id: ATTEMPT_ID, status: 'success' } }
      case '/acs/systems/report_devices':
        return {}
      default:
        return null
    }
  }
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      const one: Asked = { path: request.url ?? '', body: text === '' ? {} : JSON.parse(text) }
      asked.push(one)
      if (seam.onAsked(one)) return
      const answer = answerTo(one)
      response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ ok: answer !== null, ...answer }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const seam: AssigningSeam = {
    folder,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: API_KEY,
    asked,
    assignments: () =>
      asked.flatMap(({ path, body }) =>
        path === '/access_methods/assign_card' ? [body['card_number']] : [],
      ),
    issuedWith: null,
    onAsked: () => false,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return seam
}
