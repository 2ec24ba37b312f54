import { WebSocket } from 'ws'
import { EventBody } from '../../src/control/schema/events.ts'

/** Listens to the events with these headers; `next` waits for the next one, null when the socket has closed. */
export const listen = async (port: number, headers: Record<string, string>, query = '') => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/events${query}`, { headers })
  const events: EventBody[] = []
  const texts: string[] = []
  let closeCode: number | null = null
  let wake = (): void => undefined
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8')
    texts.push(text)
    events.push(EventBody.parse(JSON.parse(text)))
    wake()
  })
  const closed = new Promise<number>((resolve) =>
    socket.on('close', (code) => {
      closeCode = code
      wake()
      resolve(code)
    }),
  )
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const next = async (): Promise<EventBody | null> => {
    for (;;) {
      const event = events.shift()
      if (event !== undefined) return event
      if (closeCode !== null) return null
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return {
    socket,
    /** Everything that came, as it came. */
    texts,
    closed,
    next,
    /** The next event of this type. */
    until: async <T extends EventBody['type']>(type: T): Promise<Extract<EventBody, { type: T }>> => {
      for (;;) {
        const event = await next()
        if (event === null) throw new Error(`The socket closed before ${type}.`)
        if (event.type === type) return event as Extract<EventBody, { type: T }>
      }
    },
    [Symbol.dispose]: () => socket.terminate(),
  }
}

/** How a handshake is answered that is refused: the status and the code of the error. */
export const refusedHandshake = (
  port: number,
  headers: Record<string, string>,
  path = '/v1/events',
): Promise<{ readonly status: number; readonly code: string | null }> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve({ status: 101, code: null })
    })
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as { error: { code: string } }
        resolve({ status: response.statusCode ?? 0, code: body.error.code })
      })
    })
  })
