import {
  BridgeError,
  type CommandOptions,
  type HttpRequest,
  type IoOptions,
  isBridgeError,
  type KeyReading,
  type KeySystem,
  type OpenContext,
  throwIfAborted,
  toBridgeError,
  transportOf,
} from 'encoder-bridge/driver'
import { carryOut } from './attempts.ts'
import {
  cardNumberOf,
  checkEncoder,
  checkOrder,
  encode,
  getWorkspace,
  readScan,
  readWorkspace,
  refusalOf,
  scan,
  scanToAssign,
} from './protocol.ts'
import { createRequests } from './requests.ts'

/** Opens Seam's API as a key system: its encoders are those that Seam reaches itself. */
export const openSeamRemote = async (
  { transport, clock }: OpenContext<unknown>,
  { signal }: IoOptions,
): Promise<KeySystem> => {
  const endpoint = transportOf(transport, 'http')
  const requests = createRequests(endpoint, clock)
  const closing = new AbortController()
  const busy = new Set<string>()
  let closed: Promise<void> | undefined

  /** Runs a call until its signal fires or the link is closed; every failure is a BridgeError. */
  const call = async <Result>(
    io: IoOptions,
    work: (stop: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    if (closing.signal.aborted) throw new BridgeError('device_closed')
    throwIfAborted(io.signal)
    try {
      return await work(AbortSignal.any([io.signal, closing.signal]))
    } catch (error) {
      const isClosed = closing.signal.aborted && isBridgeError(error, 'aborted')
      throw isClosed ? new BridgeError('device_closed') : toBridgeError(error, 'protocol_error')
    }
  }

  /** One action on an encoder, which nobody else may use meanwhile; `beforeSending` is null where it changes nothing. */
  const act = (
    encoder: string,
    io: IoOptions,
    beforeSending: (() => void) | null,
    requestOf: () => HttpRequest,
  ): Promise<unknown> =>
    call(io, async (stop) => {
      if (busy.has(encoder)) throw new BridgeError('device_busy', 'The encoder works for another call.')
      checkEncoder(encoder)
      const request = requestOf()
      busy.add(encoder)
      try {
        beforeSending?.()
        return await carryOut(requests, { request, isActing: beforeSending !== null, signal: stop })
      } finally {
        busy.delete(encoder)
      }
    })

  const command = (
    encoder: string,
    options: CommandOptions,
    requestOf: () => HttpRequest,
  ): Promise<unknown> => act(encoder, options, () => options.beforeSending(), requestOf)

  /** The workspace that the key belongs to: the cheapest question, and one that only Seam answers so. */
  const lookAtWorkspace = (io: IoOptions) =>
    call(io, async (stop) => {
      const reply = await requests.ask(getWorkspace, stop)
      switch (reply.kind) {
        case 'answered':
          return readWorkspace(reply.body)
        case 'refused':
          if (reply.status === 404) return undefined
          throw refusalOf(reply.status, reply.body)
        case 'limited':
          throw new BridgeError('rate_limited', 'Seam takes no request at this moment.')
        case 'notSent':
          throw new BridgeError('device_absent', reply.reason)
        case 'unclear':
          throw new BridgeError('device_unresponsive', reply.reason)
      }
    })

  const close = (): Promise<void> => {
    closing.abort()
    closed ??= endpoint.close().then(stopListening)
    return closed
  }

  // Each request has a connection of its own: nothing is lost with one.
  const stopListening = endpoint.listen({ onLost: () => undefined })
  let isSandbox: boolean
  try {
    const workspace = await lookAtWorkspace({ signal })
    if (workspace === undefined) throw new BridgeError('device_mismatch', 'The endpoint is not Seam’s.')
    isSandbox = workspace.isSandbox
  } catch (error) {
    await close()
    throw error
  }

  return {
    kind: 'keySystem',
    info: { model: isSandbox ? 'Seam (sandbox)' : 'Seam', firmware: 'hosted', serialNumber: null },
    probe: async (io) => {
      try {
        const workspace = await lookAtWorkspace(io)
        if (workspace === undefined) throw new BridgeError('protocol_error', 'The answer is not Seam’s.')
      } catch (error) {
        // Who asks to slow down lives.
        if (!isBridgeError(error, 'rate_limited')) throw error
      }
    },
    onLost: () => undefined,
    close,
    makeKey: async (encoder, order, options) => {
      const credential = await command(encoder, options, () => {
        checkOrder(order)
        return encode(order.accessMethodId, encoder)
      })
      const cardNumber = cardNumberOf(credential)
      return { serialNumbers: [], remark: cardNumber === null ? null : `Its card number is ${cardNumber}.` }
    },
    readKey: async (encoder, io) => {
      const reading = readScan(await act(encoder, io, null, () => scan(encoder)))
      if (reading === undefined)
        throw new BridgeError('protocol_error', 'The result of the scan can’t be understood.')
      return reading
    },
    scanToAssign: async (encoder, to, options): Promise<KeyReading> => {
      const credential = await command(encoder, options, () => scanToAssign(encoder, to))
      return { kind: 'credential', cardNumber: cardNumberOf(credential), comparison: { kind: 'same' } }
    },
  }
}
