import { lookup } from 'node:dns/promises'
import { BlockList, type Socket } from 'node:net'
import { BridgeError } from '../contract/errors.ts'
import type { LinkPath } from '../contract/link-path.ts'
import { type AcceptOptions, openTcpListener, type TcpListener } from './tcp-listener.ts'

type ListenPath = Extract<LinkPath, { kind: 'listen' }>

/**
 * The ports on which lock systems find this desk. A port stays open from its first use until `close`, while its device is opened
 * again and again: a peer that reconnects meanwhile is kept waiting instead of being turned away.
 */
export interface TcpListeners {
  /**
   * The connection of the one peer, once there is one. Rejects as openTcpListener and its `accept` do, and with `device_absent`
   * when `from` is not known.
   */
  accept(path: ListenPath, options: AcceptOptions): Promise<Socket>
  /** Closes the ports and what is connected to them. Idempotent; every later `accept` rejects `device_closed`. */
  close(): Promise<void>
}

type Find = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** A name is looked up each time: it may lead elsewhere than yesterday. */
const peersOf = async (from: string, find: Find): Promise<BlockList> => {
  const peers = new BlockList()
  try {
    for (const { address, family } of await find(from)) {
      peers.addAddress(address, family === 6 ? 'ipv6' : 'ipv4')
    }
    return peers
  } catch (cause) {
    const detail = `No computer is known by the name ${from}, which alone may connect: check its spelling.`
    throw new BridgeError('device_absent', detail, { cause })
  }
}

/** `find` looks up a name; the system does by default. */
export const createTcpListeners = (find: Find = (name) => lookup(name, { all: true })): TcpListeners => {
  const listeners = new Map<string, Promise<TcpListener>>()
  let isOpen = true

  const listenerAt = ({ host, port }: ListenPath, peers: BlockList | null): Promise<TcpListener> => {
    if (!isOpen) throw new BridgeError('device_closed')
    const place = `${host} ${port}`
    const listener = listeners.get(place) ?? openTcpListener(host, port, peers)
    listeners.set(place, listener)
    listener.catch(() => listeners.delete(place))
    return listener
  }

  return {
    accept: async (path, options) => {
      const peers = path.from === null ? null : await peersOf(path.from, find)
      const listener = await listenerAt(path, peers)
      listener.admit(peers)
      return listener.accept(options)
    },
    close: async () => {
      isOpen = false
      const closeOne = (opening: Promise<TcpListener>): Promise<void> =>
        opening.then(
          (listener) => listener.close(),
          () => undefined,
        )
      await Promise.all([...listeners.values()].map(closeOne))
    },
  }
}
