import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { findApiKey } from '../api-keys.ts'
import type { HubContext } from '../context.ts'
import type { Caller } from '../endpoint.ts'
import { invalidInput, refusal } from '../refusal.ts'
import { hashToken } from '../secrets.ts'
import { pairsOf, valuesOf, withoutHeaders } from './forwarded-headers.ts'
import type { Upstream } from './upstream.ts'

/** How long the upstream's word on a key holds. */
const CONFIRMED_FOR_MS = 60_000
const MAX_CONFIRMED = 1_000

/** As makeApiKey, makeBridgeToken and makeEnrolmentToken make them. */
const OF_A_HUB = /(?:seam_hub_|seam_brg_|ebe_)[0-9a-f]{48}/g
/**
 * API keys, as the official clients tell them from access tokens, client sessions and publishable keys. Those three speak for a person or
 * a page: a client session passes `/workspaces/get`, and must not order cards of the whole workspace.
 */
const API_KEY = /^seam_(?!at|cst|pk)\S{1,195}$/

const WorkspaceAnswer = z.object({ workspace: z.object({ workspace_id: z.string() }) })

/** Who may do what at the gateway, by the bearer of a request. */
export interface GatewayCallers {
  /**
   * The Authorization header in the place of the caller's when the request goes upstream: the gateway's own for a key of this hub, null for
   * everybody else's. Throws for what must not leave: other secrets of this hub.
   */
  authorizationFor(request: IncomingMessage): string | null
  /** Who calls an endpoint that is answered here. Rejects 401 for whom the upstream doesn't know as one of this workspace's. */
  identify(request: IncomingMessage): Promise<Caller>
}

const bearerOf = (request: IncomingMessage): string | null =>
  /^Bearer +(\S{1,200}) *$/i.exec(request.headers.authorization ?? '')?.[1] ?? null

const unknownKey = () => refusal(401, 'unauthorized', 'The API key is not known.')

export const createCallers = (
  hub: HubContext,
  upstream: Upstream,
  workspaceId: () => Promise<string>,
): GatewayCallers => {
  const confirmed = new Map<string, number>()
  const keyOfHub = (bearer: string) => findApiKey(hub, bearer)
  const isOurs = (text: string): boolean => {
    const hash = hashToken(text)
    return (
      hub.store.apiKeys.find({ key_hash: hash }) !== null ||
      hub.store.sessions.find({ token_hash: hash }) !== null ||
      hub.store.sessions.find({ next_token_hash: hash }) !== null ||
      hub.store.enrolmentTokens.find({ token_hash: hash }) !== null
    )
  }
  // Seam makes no such keys; another hub does, and then ours there looks like one.
  const upstreamIsHub = upstream.key.search(OF_A_HUB) === 0

  const refuseOurSecrets = (texts: readonly string[], bearer: string | null): void => {
    for (const [secret] of texts.flatMap((text) => [...text.matchAll(OF_A_HUB)])) {
      if (!isOurs(secret) && (upstreamIsHub || secret !== bearer)) continue
      throw secret === bearer
        ? unknownKey()
        : invalidInput('A key of this hub belongs into the Authorization header, once.')
    }
  }

  const confirm = async (bearer: string, expectedId: string): Promise<void> => {
    const hash = hashToken(bearer)
    const until = confirmed.get(hash)
    if (until !== undefined && until > hub.clock.now()) return
    confirmed.delete(hash)
    const answer = await upstream.call('/workspaces/get', {}, bearer)
    if (answer.kind !== 'answered') {
      throw refusal(502, 'upstream_unreachable', `The key cannot be confirmed now: ${answer.reason}.`)
    }
    if (answer.status >= 500 || answer.status === 429) {
      throw refusal(502, 'upstream_unreachable', `The upstream answered ${answer.status}.`)
    }
    const { data } = WorkspaceAnswer.safeParse(answer.body)
    if (answer.status !== 200 || data?.workspace.workspace_id !== expectedId) throw unknownKey()
    if (confirmed.size >= MAX_CONFIRMED) confirmed.clear()
    confirmed.set(hash, hub.clock.now() + CONFIRMED_FOR_MS)
  }

  return {
    authorizationFor: (request) => {
      const pairs = pairsOf(request.rawHeaders)
      if (valuesOf(pairs, 'authorization').length > 1) {
        throw invalidInput('The Authorization header is there more than once.')
      }
      const bearer = bearerOf(request)
      const isKey = bearer !== null && keyOfHub(bearer) !== null
      const leaving = isKey ? withoutHeaders(pairs, 'authorization') : pairs
      refuseOurSecrets([request.url ?? '', ...leaving.flat()], isKey ? null : bearer)
      return isKey ? `Bearer ${upstream.key}` : null
    },
    identify: async (request) => {
      const bearer = bearerOf(request)
      if (bearer === null) throw refusal(401, 'unauthorized', 'A bearer token is needed.')
      const key = keyOfHub(bearer)
      if (key !== null)
        return { workspaceId: await workspaceId(), label: key.label, isOperator: key.is_operator }
      if (!API_KEY.test(bearer) || isOurs(bearer)) throw unknownKey()
      const ownId = await workspaceId()
      await confirm(bearer, ownId)
      return { workspaceId: ownId, label: `Seam key …${bearer.slice(-4)}`, isOperator: false }
    },
  }
}
