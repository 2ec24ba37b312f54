import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A proxy as hotels have one: it carries TLS by CONNECT and sees nothing of it. Every name leads to one port of this computer. */
export interface ConnectProxy {
  readonly url: string
  /** What was asked for, and with which credentials. */
  readonly asked: { readonly target: string | undefined; readonly authorization: string | undefined }[]
  /** How it treats what comes; a test changes it at any time. */
  readonly manners: {
    /** A status refuses. */
    answer: 200 | 403 | 407 | 502
    /** How the bytes pass: as they come, one at a time, or not at all, with the connection left open. */
    pace: 'free' | 'byteByByte' | 'swallow'
  }
}

export const openConnectProxy = async (hubPort: number): Promise<ConnectProxy> => {
  const asked: ConnectProxy['asked'] = []
  const manners: ConnectProxy['manners'] = { answer: 200, pace: 'free' }
  const sockets: Socket[] = []

  const carry = (from: Socket, to: Socket): void => {
    sockets.push(from)
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
    from.on('data', (bytes: Buffer) => {
      if (manners.pace === 'swallow') return
      if (manners.pace === 'free') return void to.write(bytes)
      for (const byte of bytes) to.write(Buffer.of(byte))
    })
  }
  const server = createServer((_request, response) => void response.writeHead(405).end())
  server.on('connect', (request, client: Socket) => {
    asked.push({ target: request.url, authorization: request.headers['proxy-authorization'] })
    if (manners.answer !== 200) {
      client.end(`HTTP/1.1 ${manners.answer} Refused\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const hub = connect(hubPort, '127.0.0.1')
    client.setNoDelay(true)
    hub.setNoDelay(true)
    carry(client, hub)
    carry(hub, client)
    hub.on('connect', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, manners }
}
