import { InvalidArgumentError } from 'commander'
import type { SocketAddress } from './runtime.ts'

/** The parsers of arguments: each throws what commander shows, with what is allowed. */

export const parsePort = (text: string): number => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('It is a number from 0 to 65535; 0 takes any free port.')
}

export const parseCopies = (text: string): number => {
  const copies = Number(text)
  if (/^\d+$/.test(text) && copies >= 1 && copies <= 20) return copies
  throw new InvalidArgumentError('It is a number from 1 to 20.')
}

export const parseHours = (text: string): number => {
  const hours = Number(text)
  if (/^\d+$/.test(text) && hours <= 8_760) return hours
  throw new InvalidArgumentError('It is a number of hours, up to 8760.')
}

export const parseCount = (text: string): number => {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 500) return count
  throw new InvalidArgumentError('It is a number from 1 to 500.')
}

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

export const parseUuid = (text: string): string => {
  if (isUuid(text)) return text
  throw new InvalidArgumentError('It is a UUID, as Seam shows it.')
}

/** A capture ends by itself after ten minutes. */
export const parseSeconds = (text: string): number => {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= 600) return seconds
  throw new InvalidArgumentError('It is a number of seconds from 1 to 600.')
}

export const parseUid = (text: string): string => {
  if (/^(?:[0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{14})$/i.test(text)) return text.toUpperCase()
  throw new InvalidArgumentError('It is 4 or 7 bytes in hexadecimal (5 for EM4100), like 04AABBCC.')
}

/** `host:port`, an IPv6 address in brackets. */
export const parseAddress = (text: string): SocketAddress => {
  const [, bracketed, plain, digits] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host !== undefined && port <= 65_535) return { host, port }
  throw new InvalidArgumentError('It is a host and a port, like 127.0.0.1:8090 or [::1]:8090.')
}

export const parseHub = (text: string): string => {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw new InvalidArgumentError('It is an address like http://127.0.0.1:27412.')
}

export const parseInstant = (text: string): string => {
  const instant = new Date(text)
  if (!Number.isNaN(instant.getTime())) return instant.toISOString()
  throw new InvalidArgumentError('It is an instant like 2026-11-23T10:00:00Z.')
}
