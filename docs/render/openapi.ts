import type { z } from 'zod'
import * as channel from '../../src/contract/channel.ts'
import * as work from '../../src/contract/channel-work.ts'
import * as operations from '../../src/contract/hub-operations.ts'
import { ErrorAnswer } from '../../src/hub/refusal.ts'
import { components, referTo, renderJson } from './components.ts'

interface Endpoint {
  readonly path: string
  /** Begins the names of its two shapes in the document. */
  readonly name: string
  readonly summary: string
  readonly security: 'bridgeToken' | 'apiKey'
  readonly request: z.ZodType
  readonly answer: z.ZodType
}

const endpoints: readonly Endpoint[] = [
  {
    path: '/bridge/v1/poll',
    name: 'Poll',
    summary: 'The channel’s messages, where the network lets no WebSocket through',
    security: 'bridgeToken',
    request: channel.PollRequest,
    answer: channel.PollResponse,
  },
  {
    path: '/bridge/v1/credentials/lookup',
    name: 'Lookup',
    summary: 'What a credential that was found on a card is worth',
    security: 'bridgeToken',
    request: channel.LookupRequest,
    answer: channel.LookupResponse,
  },
  {
    path: '/bridge/v1/entrances/list',
    name: 'Entrances',
    summary: 'The doors of the bridge’s access system',
    security: 'bridgeToken',
    request: channel.EntrancesRequest,
    answer: channel.EntrancesResponse,
  },
  {
    path: '/bridge/v1/access_methods/encode',
    name: 'DeskEncode',
    summary: 'The desk asks the hub to order an encode; the order comes over the channel',
    security: 'bridgeToken',
    request: channel.DeskEncodeRequest,
    answer: channel.DeskEncodeResponse,
  },
  {
    path: '/bridge/v1/work/list',
    name: 'WorkList',
    summary: 'The cards that wait to be encoded or assigned at the bridge’s site',
    security: 'bridgeToken',
    request: work.WorkListRequest,
    answer: work.WorkListResponse,
  },
  {
    path: '/bridge/v1/access_grants/find',
    name: 'FindGrants',
    summary: 'What is to be handed over for a grant of the bridge’s site, without secrets',
    security: 'bridgeToken',
    request: work.FindGrantsRequest,
    answer: work.FindGrantsResponse,
  },
  {
    path: '/bridge/v1/access_methods/reveal',
    name: 'Reveal',
    summary: 'One secret to hand over, once it is issued',
    security: 'bridgeToken',
    request: work.RevealRequest,
    answer: work.RevealResponse,
  },
  {
    path: '/bridge/v1/access_grants/extend',
    name: 'Extend',
    summary: 'Lets a grant end at another instant; its cards ask to be encoded again',
    security: 'bridgeToken',
    request: work.ExtendRequest,
    answer: work.ExtendResponse,
  },
  {
    path: '/bridge/v1/access_methods/assign_card',
    name: 'AssignCard',
    summary: 'Gives the card that the desk has read to an access method; the same again changes nothing',
    security: 'bridgeToken',
    request: work.AssignCardRequest,
    answer: work.AssignCardResponse,
  },
  {
    path: '/bridges/claim',
    name: 'Claim',
    summary: 'Takes the bridge that shows a pairing code into the workspace of the API key',
    security: 'apiKey',
    request: channel.ClaimRequest,
    answer: channel.ClaimResponse,
  },
  {
    path: '/bridges/overview',
    name: 'BridgeOverview',
    summary: 'The bridges of the workspace, connected or not, and how their clocks go',
    security: 'apiKey',
    request: operations.BridgeOverviewRequest,
    answer: operations.BridgeOverviewResponse,
  },
  {
    path: '/bridges/revoke',
    name: 'BridgeRevoke',
    summary: 'Ends a bridge at once: its token, its channel, its encoders',
    security: 'apiKey',
    request: operations.BridgeRevokeRequest,
    answer: operations.Done,
  },
  {
    path: '/bridges/rotate_token',
    name: 'BridgeRotate',
    summary: 'Has the channel offer the bridge a new token',
    security: 'apiKey',
    request: operations.BridgeRotateRequest,
    answer: operations.Done,
  },
  {
    path: '/api_keys/list',
    name: 'ApiKeyList',
    summary: 'The API keys of the workspace',
    security: 'apiKey',
    request: operations.ApiKeyListRequest,
    answer: operations.ApiKeyListResponse,
  },
  {
    path: '/api_keys/create',
    name: 'ApiKeyCreate',
    summary: 'A new API key, told once',
    security: 'apiKey',
    request: operations.ApiKeyCreateRequest,
    answer: operations.ApiKeyCreateResponse,
  },
  {
    path: '/api_keys/rotate',
    name: 'ApiKeyRotate',
    summary: 'A new API key in the place of another one, told once',
    security: 'apiKey',
    request: operations.ApiKeyRotateRequest,
    answer: operations.ApiKeyCreateResponse,
  },
  {
    path: '/api_keys/revoke',
    name: 'ApiKeyRevoke',
    summary: 'Ends an API key at once',
    security: 'apiKey',
    request: operations.ApiKeyRevokeRequest,
    answer: operations.Done,
  },
  {
    path: '/enrolment_tokens/create',
    name: 'EnrolmentTokenCreate',
    summary: 'Tokens that each take one desk into an access system, told once',
    security: 'apiKey',
    request: operations.EnrolmentTokenCreateRequest,
    answer: operations.EnrolmentTokenCreateResponse,
  },
  {
    path: '/enrolment_tokens/list',
    name: 'EnrolmentTokenList',
    summary: 'The enrolment tokens of the workspace',
    security: 'apiKey',
    request: operations.EnrolmentTokenListRequest,
    answer: operations.EnrolmentTokenListResponse,
  },
  {
    path: '/enrolment_tokens/revoke',
    name: 'EnrolmentTokenRevoke',
    summary: 'Ends an enrolment token that was not used',
    security: 'apiKey',
    request: operations.EnrolmentTokenRevokeRequest,
    answer: operations.Done,
  },
]

const json = (name: string) => ({ 'application/json': { schema: referTo(name) } })

const operationOf = ({ name, summary, security }: Endpoint) => ({
  operationId: `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
  summary,
  security: [{ [security]: [] }],
  requestBody: { required: true, content: json(`${name}Request`) },
  responses: {
    '200': { description: 'Done', content: json(`${name}Response`) },
    '400': { $ref: '#/components/responses/Refused' },
    '401': { $ref: '#/components/responses/Refused' },
    default: { $ref: '#/components/responses/Refused' },
  },
})

const tokens: Readonly<Record<Endpoint['security'], string>> = {
  bridgeToken: 'The bridge client session token of the pairing',
  apiKey: 'An API key of the workspace',
}

/** The endpoints that a bridge uses beside those of Seam, as OpenAPI 3.1. */
const openApiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'encoder-bridge: the hub’s endpoints for bridges',
    version: String(channel.CHANNEL_VERSION),
    description:
      'What this project adds to Seam’s API. Seam’s own endpoints, pairing sessions among them, are as Seam’s OpenAPI document has them; hub.md lists which are served.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [
    {
      url: 'http://127.0.0.1:27412',
      description: '`encoder-bridge hub`; on another computer `https` only',
    },
  ],
  paths: Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { post: operationOf(endpoint) }])),
  components: {
    schemas: components(
      {
        ...Object.fromEntries(
          endpoints.flatMap(({ name, request, answer }) => [
            [`${name}Request`, request],
            [`${name}Response`, answer],
          ]),
        ),
        FromBridge: channel.FromBridge,
        FromHub: channel.FromHub,
        Order: channel.ChannelOrder,
        Ending: channel.ChannelEnding,
        Record: channel.ChannelRecord,
        Encoder: channel.ChannelEncoder,
        Error: ErrorAnswer,
      },
      'draft-2020-12',
    ),
    responses: { Refused: { description: 'Refused, with the reason', content: json('Error') } },
    securitySchemes: Object.fromEntries(
      Object.entries(tokens).map(([name, description]) => [
        name,
        { type: 'http', scheme: 'bearer', description },
      ]),
    ),
  },
})

/** docs/openapi.json */
export const renderOpenApi = (): string => renderJson(openApiDocument())
