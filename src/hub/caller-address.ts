import type { IncomingMessage } from 'node:http'
import { isIP, isIPv6 } from 'node:net'

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')

export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(plain(address))

/** One subscriber holds a whole /64 (RFC 6177, section 2), so that single addresses would tell nobody apart. */
const networkOf = (address: string): string => {
  const [head = '', tail = ''] = address.split('::')
  const before = head.split(':').filter((group) => group !== '')
  const behind = tail.split(':').filter((group) => group !== '')
  const missing = Math.max(0, 8 - before.length - behind.length)
  return [...before, ...Array.from({ length: missing }, () => '0'), ...behind].slice(0, 4).join(':')
}

/**
 * By what a caller without a key is told from others: an IPv4 address, or an IPv6 network. Behind a reverse proxy on this computer it is
 * the last address of `X-Forwarded-For`, the one that the proxy has added itself; from anybody else that header counts for nothing.
 */
export const callerAddress = ({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string => {
  const peer = plain(socket.remoteAddress ?? '')
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').at(-1)?.trim() ?? ''
  const address = isLoopbackAddress(peer) && isIP(forwarded) !== 0 ? plain(forwarded) : peer
  return isIPv6(address) ? networkOf(address) : address
}
