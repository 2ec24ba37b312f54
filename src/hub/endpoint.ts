import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { findApiKey } from './api-keys.ts'
import { findSession } from './bridge-access.ts'
import { callerAddress } from './caller-address.ts'
import type { HubContext } from './context.ts'
import { findEnrolment } from './enrolment.ts'
import { invalidParameters, refusal } from './refusal.ts'
import { ENROLMENT_TOKEN_PREFIX } from './secrets.ts'
import type { BridgeSessionRow, EnrolmentTokenRow } from './store-bridges.ts'

/** Who calls with an API key: the key is the workspace's. */
export interface Caller {
  readonly workspaceId: string
  /** For orders and the audit, never the key. */
  readonly label: string
  /** Whether it may make and withdraw keys, bridges and enrolment tokens. */
  readonly isOperator: boolean
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One address of the hub. `run` is one transaction; what it returns is answered with `ok: true`. */
export interface Endpoint<Input, Who> {
  readonly path: string
  readonly methods: readonly Method[]
  readonly input: z.ZodType<Input>
  /** What has to be known before, and isn't in the store: outside of the transaction. */
  prepare?(input: Input, who: Who): Promise<void>
  run(input: Input, who: Who): object
}

export const READ: readonly Method[] = ['GET', 'POST']
export const WRITE: readonly Method[] = ['POST']

/** Whatever has an Authorization header. */
interface Bearing {
  readonly headers: { readonly authorization?: string | undefined }
}

export const bearerIn = ({ headers }: Bearing): string | null =>
  /^Bearer (\S{1,200})$/i.exec(headers.authorization ?? '')?.[1] ?? null

const bearerOf = (request: Bearing): string => {
  const bearer = bearerIn(request)
  if (bearer === null) throw refusal(401, 'unauthorized', 'A bearer token is needed.')
  return bearer
}

const callerOf = (hub: HubContext, request: FastifyRequest): Caller => {
  const key = findApiKey(hub, bearerOf(request))
  if (key === null) throw refusal(401, 'unauthorized', 'The API key is not known.')
  return { workspaceId: key.workspace_id, label: key.label, isOperator: key.is_operator }
}

/** In front of an upstream its keys are good too. */
const callerIn = async (hub: HubContext, request: FastifyRequest): Promise<Caller> =>
  hub.gateway === undefined ? callerOf(hub, request) : hub.gateway.identify(request)

export interface SessionCaller {
  readonly session: BridgeSessionRow
  readonly token: string
}

export const sessionOf = (hub: HubContext, request: Bearing): SessionCaller => {
  const token = bearerOf(request)
  const session = findSession(hub, token)
  if (session === null) throw refusal(401, 'unauthorized', 'The bridge client session token is not known.')
  return { session, token }
}

/** Parameters are where the client put them: in the query for GET, in the body for POST, in either for DELETE. */
export const parametersOf = (request: FastifyRequest): unknown => {
  if (['POST', 'PUT', 'PATCH'].includes(request.method)) return request.body ?? {}
  return { ...(request.query as object), ...(request.body as object | null | undefined) }
}

export const parseInput = <Input>(schema: z.ZodType<Input>, parameters: unknown): Input => {
  const parsed = schema.safeParse(parameters)
  if (!parsed.success) throw invalidParameters(parsed.error)
  return parsed.data
}

const register = <Input, Who>(
  app: FastifyInstance,
  hub: HubContext,
  endpoint: Endpoint<Input, Who>,
  identify: (request: FastifyRequest) => Who | Promise<Who>,
): void => {
  app.route({
    method: [...endpoint.methods],
    url: endpoint.path,
    handler: async (request) => {
      const who = await identify(request)
      const input = parseInput(endpoint.input, parametersOf(request))
      await endpoint.prepare?.(input, who)
      const answer = hub.store.transaction(() => endpoint.run(input, who))
      hub.outbound.wake()
      return { ...answer, ok: true }
    },
  })
}

/** For the holders of an API key. */
export const apiEndpoint = <Input>(
  app: FastifyInstance,
  hub: HubContext,
  endpoint: Endpoint<Input, Caller>,
): void => register(app, hub, endpoint, (request) => callerIn(hub, request))

/** For the holders of an operator's key. */
export const operatorEndpoint = <Input>(
  app: FastifyInstance,
  hub: HubContext,
  endpoint: Endpoint<Input, Caller>,
): void =>
  register(app, hub, endpoint, async (request) => {
    const caller = await callerIn(hub, request)
    if (caller.isOperator) return caller
    throw refusal(403, 'forbidden', 'Only an operator’s key may do this.')
  })

/** Who takes a bridge into a workspace: the holder of an API key, or of an enrolment token. */
export interface Claimer {
  readonly workspaceId: string
  /** Null for an API key. */
  readonly enrolment: EnrolmentTokenRow | null
}

export const claimEndpoint = <Input>(
  app: FastifyInstance,
  hub: HubContext,
  endpoint: Endpoint<Input, Claimer>,
): void =>
  register(app, hub, endpoint, async (request) => {
    const bearer = bearerOf(request)
    if (!bearer.startsWith(ENROLMENT_TOKEN_PREFIX)) {
      const { workspaceId } = await callerIn(hub, request)
      return { workspaceId, enrolment: null }
    }
    const enrolment = findEnrolment(hub, bearer)
    return { workspaceId: enrolment.workspace_id, enrolment }
  })

/** For the holders of a bridge client session token, paired or not. */
export const bridgeEndpoint = <Input>(
  app: FastifyInstance,
  hub: HubContext,
  endpoint: Endpoint<Input, SessionCaller>,
): void => register(app, hub, endpoint, (request) => sessionOf(hub, request))

/** The same, where the upstream has the answer: no transaction is open meanwhile. */
export const bridgeQuestion = <Input>(
  app: FastifyInstance,
  hub: HubContext,
  path: string,
  input: z.ZodType<Input>,
  answer: (input: Input, who: SessionCaller) => Promise<object>,
): void => {
  app.route({
    method: [...WRITE],
    url: path,
    handler: async (request) => {
      const who = sessionOf(hub, request)
      return { ...(await answer(parseInput(input, parametersOf(request)), who)), ok: true }
    },
  })
}

/** For anybody, who is told from others by the address. */
export const openEndpoint = <Input>(
  app: FastifyInstance,
  hub: HubContext,
  endpoint: Endpoint<Input, string>,
): void => register(app, hub, endpoint, (request) => callerAddress(request.raw))
