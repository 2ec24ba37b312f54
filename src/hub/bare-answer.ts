import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { answerTo } from './refusal.ts'

/** Answers an error where there is no request to answer, and lets go of the socket: its caller might stay for ever. */
export const endWithError = (socket: Duplex, error: unknown): void => {
  const { status, headers, body } = answerTo(error, randomUUID())
  const text = JSON.stringify(body)
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\nconnection: close\r\n${more.join('')}` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}
