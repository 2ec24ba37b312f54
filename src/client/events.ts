import { BridgeError } from '../contract/errors.ts'
import { EventBody } from '../control/schema/events.ts'

/** What is used of a WebSocket: a browser's and the package `ws` have it alike. */
export interface EventSocket {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close' | 'error', listener: () => void): void
  close(): void
}

export interface EventListener {
  onEvent(event: EventBody): void
  /** Once, when nothing more comes: null after `close`, else why. Whoever wants to go on listens anew. */
  onEnd(error: BridgeError | null): void
}

const readEvent = (data: unknown): EventBody | null => {
  try {
    return EventBody.parse(JSON.parse(String(data)))
  } catch {
    return null
  }
}

/** Tells the messages of a socket as events, until it ends. */
export const listenTo = (
  socket: EventSocket,
  { onEvent, onEnd }: EventListener,
): { readonly close: () => void } => {
  let isOver = false
  const end = (error: BridgeError | null): void => {
    if (isOver) return
    isOver = true
    onEnd(error)
    socket.close()
  }
  socket.addEventListener('message', ({ data }) => {
    if (isOver) return
    const event = readEvent(data)
    if (event === null) end(new BridgeError('daemon_unreachable', 'The daemon is of another version.'))
    else onEvent(event)
  })
  const lost = (): void => end(new BridgeError('daemon_unreachable', 'It has stopped.'))
  socket.addEventListener('error', lost)
  socket.addEventListener('close', lost)
  return { close: () => end(null) }
}
