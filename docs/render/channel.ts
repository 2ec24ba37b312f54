import type { z } from 'zod'
import * as channel from '../../src/contract/channel.ts'
import * as work from '../../src/contract/channel-work.ts'
import { jsonSchemas, shapeBlock, shapeOf } from './shape.ts'
import type { JsonSchema } from './shape.ts'

type Message = (typeof channel.FromBridge.options)[number] | (typeof channel.FromHub.options)[number]

const bridgeMessages: readonly Message[] = channel.FromBridge.options
const hubMessages: readonly Message[] = channel.FromHub.options

const typeOf = (message: Message): string => message.shape.type.value

const parts: Readonly<Record<string, z.ZodType>> = {
  Order: channel.ChannelOrder,
  Ending: channel.ChannelEnding,
  Record: channel.ChannelRecord,
  Encoder: channel.ChannelEncoder,
  PollRequest: channel.PollRequest,
  PollResponse: channel.PollResponse,
  LookupRequest: channel.LookupRequest,
  LookupResponse: channel.LookupResponse,
  EntrancesRequest: channel.EntrancesRequest,
  EntrancesResponse: channel.EntrancesResponse,
  DeskEncodeRequest: channel.DeskEncodeRequest,
  DeskEncodeResponse: channel.DeskEncodeResponse,
  WorkListResponse: work.WorkListResponse,
  FindGrantsRequest: work.FindGrantsRequest,
  FindGrantsResponse: work.FindGrantsResponse,
  RevealRequest: work.RevealRequest,
  RevealResponse: work.RevealResponse,
  ExtendRequest: work.ExtendRequest,
  AssignCardRequest: work.AssignCardRequest,
  AssignCardResponse: work.AssignCardResponse,
}

/** Unions of messages are told by their names: their shapes have sections of their own. */
const unions = { FromBridge: channel.FromBridge, FromHub: channel.FromHub }

const schemas = (): Readonly<Record<string, JsonSchema>> =>
  jsonSchemas({
    ...parts,
    ...unions,
    ...Object.fromEntries(
      [...new Set([...bridgeMessages, ...hubMessages])].map((message) => [typeOf(message), message]),
    ),
  })

const section = (title: string, messages: readonly Message[], all: ReturnType<typeof schemas>): string =>
  `## ${title}
${messages
  .map((message) => {
    const name = typeOf(message)
    const reference = all[name]?.properties?.['body']
    const body = (reference?.$ref === undefined ? reference : all[reference.$ref]) ?? {}
    return `\n### ${name}\n\n${body.description ?? ''}\n\n${shapeBlock(body)}\n`
  })
  .join('')}`

const seconds = (ms: number): string => `${String(ms / 1000)} s`

/** docs/channel.md: what a bridge and its hub say to each other, for whoever writes another end. */
export const renderChannel = (): string => {
  const all = schemas()
  const block = (name: string): string => shapeBlock(all[name] ?? {})
  return `# The bridge channel

How a desk's daemon (the *bridge*) and its hub talk: JSON messages, version ${String(channel.CHANNEL_VERSION)}. It is this project's own; Seam has no public
way for a third-party bridge to receive orders. \`encoder-bridge hub\` is its other end, see [hub.md](hub.md).
For programs: [asyncapi.json](asyncapi.json) (AsyncAPI 3.0) has the messages, [openapi.json](openapi.json) (OpenAPI 3.1) the requests.

## The two ways

| Way | Address | |
|---|---|---|
| WebSocket | \`GET /bridge/v1/channel\` | one message a text frame |
| long polling | \`POST /bridge/v1/poll\` | the same messages in lists, for networks that let no WebSocket through |

Both want \`Authorization: Bearer\` with the bridge client session token of the pairing. The bridge tries WebSockets first, turns to polling
when they fail, and from polling tries a WebSocket again from time to time. A bridge has one connection; a newer one takes the
place of the older one.

A poll carries what the bridge has to say and answers with what the hub has to say:

\`\`\`
POST /bridge/v1/poll
${shapeOf(all['PollRequest'] ?? {})}
answers
${shapeOf(all['PollResponse'] ?? {})}
\`\`\`

A \`hello\` in a poll opens a new connection. A poll on a connection that the hub doesn't know is answered with \`goodbye\`.

## The envelope

\`\`\`
{
  v: ${String(channel.CHANNEL_VERSION)},
  id: string,      // 1 to 64 characters, chosen by the sender; the same when a message is sent again
  type: string,    // one of those below
  at: instant,     // when it was sent
  body: { … }
}
\`\`\`

A field with \`?\` may be missing; unknown fields are passed over. An \`instant\` is ISO 8601 in UTC.

## The rules

1. The bridge says \`hello\` first; the hub answers \`welcome\`. Nothing else is heard before.
2. After every \`welcome\` both sides compare: the hub cancels the open orders that it no longer wants and sends those that wait; the
   bridge sends the results that were not acknowledged.
3. \`order\`, \`cancel\` and \`result\` are delivered at least once and applied exactly once. Each is acknowledged by the id of its envelope when it
   has taken effect on the receiver's disk, and sent again until then. The same order, by its id and content, changes nothing the second time.
4. One \`result\` is under way at a time, the oldest first.
5. The bridge sends \`ping\` every ${seconds(channel.PING_EVERY_MS)}. A side that has heard nothing for ${seconds(channel.DEAD_AFTER_MS)} gives the connection up.
6. A hub that can't go on says \`goodbye\` and closes. The bridge comes back by itself, with growing delays.

${section(
  'From the bridge',
  bridgeMessages.filter((message) => !hubMessages.includes(message)),
  all,
)}
${section(
  'From the hub',
  hubMessages.filter((message) => !bridgeMessages.includes(message)),
  all,
)}
${section(
  'From both',
  bridgeMessages.filter((message) => hubMessages.includes(message)),
  all,
)}
## Parts

### Record

What a card's record says.

${block('Record')}

### Ending

${block('Ending')}

### Encoder

${block('Encoder')}

## Beside the channel

Requests of a paired bridge, with the same bearer. Whatever belongs to another access system does not exist for it.

### \`POST /bridge/v1/credentials/lookup\`

Asks what a credential that was found on a card is worth.

${block('LookupRequest')}

${block('LookupResponse')}

### \`POST /bridge/v1/entrances/list\`

Asks which doors the bridge's access system has, for the desk's list of rooms.

${block('EntrancesRequest')}

${block('EntrancesResponse')}

### \`POST /bridge/v1/access_methods/encode\`

The desk asks the hub to order an encode, so that there is one way to order. The order comes over the channel.

${block('DeskEncodeRequest')}

${block('DeskEncodeResponse')}

### \`POST /bridge/v1/work/list\`

Asks which cards wait at this site; the request is empty. No answer here holds a guest's name, nor a grant's.

${block('WorkListResponse')}

### \`POST /bridge/v1/access_grants/find\`

Asks what is to be handed over; exactly one of the three.

${block('FindGrantsRequest')}

${block('FindGrantsResponse')}

### \`POST /bridge/v1/access_methods/reveal\`

Asks for one secret. It makes no event, and is not logged.

${block('RevealRequest')}

${block('RevealResponse')}

### \`POST /bridge/v1/access_grants/extend\`

Lets a grant end at another instant, in the future and after its start. Cards that were encoded have to be encoded again.

${block('ExtendRequest')}

### \`POST /bridge/v1/access_methods/assign_card\`

Gives the card that the desk has read to an access method that waits for its assignment. The same again changes nothing.

${block('AssignCardRequest')}

${block('AssignCardResponse')}

This page is generated from \`src/contract/channel.ts\` and \`src/contract/channel-work.ts\` by \`npm run docs\`.
`
}
