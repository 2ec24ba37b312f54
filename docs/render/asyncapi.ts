import * as channel from '../../src/contract/channel.ts'
import { components, referTo, renderJson } from './components.ts'

type Message = (typeof channel.FromBridge.options)[number] | (typeof channel.FromHub.options)[number]

const fromBridge: readonly Message[] = channel.FromBridge.options
const fromHub: readonly Message[] = channel.FromHub.options

const typeOf = (message: Message): string => message.shape.type.value
const schemaName = (message: Message): string => {
  const type = typeOf(message)
  return `${type.slice(0, 1).toUpperCase()}${type.slice(1)}Message`
}

const operation = (action: 'send' | 'receive', title: string, messages: readonly Message[]) => ({
  action,
  title,
  channel: { $ref: '#/channels/bridge' },
  messages: messages.map((message) => ({ $ref: `#/channels/bridge/messages/${typeOf(message)}` })),
})

/** The bridge channel as AsyncAPI 3.0, from the bridge's point of view: it sends what a bridge says. */
const asyncApiDocument = () => {
  const all = [...new Set([...fromBridge, ...fromHub])]
  const schemas = components(
    {
      Order: channel.ChannelOrder,
      Ending: channel.ChannelEnding,
      Record: channel.ChannelRecord,
      Encoder: channel.ChannelEncoder,
      ...Object.fromEntries(all.map((message) => [schemaName(message), message])),
    },
    'draft-7',
  )
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'encoder-bridge: the bridge channel',
      version: String(channel.CHANNEL_VERSION),
      description:
        'What a bridge and its hub say to each other, over a WebSocket or, message for message, over `POST /bridge/v1/poll` (openapi.json). The rules are in channel.md.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      hub: {
        host: '127.0.0.1:27412',
        protocol: 'ws',
        description: '`encoder-bridge hub`; on another computer `wss` only',
        security: [{ $ref: '#/components/securitySchemes/bridgeToken' }],
      },
    },
    channels: {
      bridge: {
        address: '/bridge/v1/channel',
        title: 'The bridge channel',
        servers: [{ $ref: '#/servers/hub' }],
        messages: Object.fromEntries(
          all.map((message) => [typeOf(message), { $ref: `#/components/messages/${typeOf(message)}` }]),
        ),
        bindings: { ws: { method: 'GET' } },
      },
    },
    operations: {
      bridgeSays: operation('send', 'What a bridge sends', fromBridge),
      hubSays: operation('receive', 'What a hub sends', fromHub),
    },
    components: {
      schemas,
      messages: Object.fromEntries(
        all.map((message) => [
          typeOf(message),
          {
            name: typeOf(message),
            ...(message.shape.body.description !== undefined && {
              summary: message.shape.body.description,
            }),
            payload: referTo(schemaName(message)),
          },
        ]),
      ),
      securitySchemes: {
        bridgeToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The bridge client session token of the pairing',
        },
      },
    },
  }
}

/** docs/asyncapi.json */
export const renderAsyncApi = (): string => renderJson(asyncApiDocument())
