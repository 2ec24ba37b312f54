import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON. */
  readonly body: unknown
}

/** Sends exactly these headers: fetch would refuse to forge Host, Origin and Sec-Fetch-Site. */
export const send = (
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        const isJson = (incoming.headers['content-type'] ?? '').startsWith('application/json')
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          body: isJson ? JSON.parse(text) : null,
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })

/** The headers of a caller who holds the token. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** As `bearer`, for a POST with JSON. */
export const json = (token: string): Record<string, string> => ({
  ...bearer(token),
  'content-type': 'application/json',
})
