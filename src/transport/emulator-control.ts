import { createServer, connect, type Socket } from 'node:net'
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { BridgeError, CardTechnology, type Emulator, toBridgeError } from '../contract/index.ts'
import { formatHex, parseHex } from '../wire/hex.ts'

const uid = z.string()

/** What can be asked of a running emulator: one JSON object a line. */
const ControlRequest = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('place'),
    type: z.string(),
    uid,
    memory: z.string().optional(),
    encoder: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('remove'), uid: uid.optional() }),
  z.strictObject({ do: z.literal('dump'), uid }),
  z.strictObject({ do: z.literal('counts'), uid }),
  z.strictObject({
    do: z.literal('present'),
    technology: z.union([CardTechnology, z.literal('barcode')]),
    data: z.string(),
    bitCount: z.number().int().optional(),
    symbology: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('inject'), fault: z.string(), count: z.number().optional() }),
  z.strictObject({ do: z.literal('unplug') }),
  z.strictObject({ do: z.literal('plug') }),
  z.strictObject({ do: z.literal('baudRate') }),
])
type ControlRequest = z.infer<typeof ControlRequest>

/** The cable of the emulated device. */
interface Cable {
  unplug(): void
  plug(): Promise<void>
}

const readHex = (text: string): Uint8Array => {
  try {
    return parseHex(text.toUpperCase())
  } catch (error) {
    throw new BridgeError('request_invalid', 'There is no hexadecimal text where one must be.', {
      cause: error,
    })
  }
}

const carryOut = async (emulator: Emulator, cable: Cable, request: ControlRequest): Promise<object> => {
  switch (request.do) {
    case 'place': {
      const { type, memory, encoder } = request
      emulator.placeCard({
        type,
        uid: request.uid,
        ...(memory !== undefined && { memory: readHex(memory) }),
        ...(encoder !== undefined && { encoder }),
      })
      return {}
    }
    case 'remove':
      emulator.removeCard(request.uid)
      return {}
    case 'dump':
      return { memory: formatHex(emulator.dumpCard(request.uid)) }
    case 'counts':
      return { counts: emulator.countWrites(request.uid) }
    case 'present': {
      const { technology, data, bitCount, symbology } = request
      emulator.present({
        technology,
        data: readHex(data),
        ...(bitCount !== undefined && { bitCount }),
        ...(symbology !== undefined && { symbology }),
      })
      return {}
    }
    case 'inject': {
      const { fault, count } = request
      emulator.inject({ fault, ...(count !== undefined && { count }) })
      return {}
    }
    case 'unplug':
      cable.unplug()
      return {}
    case 'plug':
      await cable.plug()
      return {}
    case 'baudRate':
      if (emulator.kind === 'serial') return { baudRate: emulator.baudRate }
      throw new BridgeError('request_invalid', 'Only a serial line has a speed.')
  }
}

const parseRequest = (text: string): ControlRequest => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new BridgeError('request_invalid', 'The line is no JSON.', { cause: error })
  }
  const parsed = ControlRequest.safeParse(json)
  if (parsed.success) return parsed.data
  throw new BridgeError('request_invalid', z.prettifyError(parsed.error))
}

const answerLine = async (emulator: Emulator, cable: Cable, text: string): Promise<object> => {
  try {
    return { ok: true, ...(await carryOut(emulator, cable, parseRequest(text))) }
  } catch (error) {
    return { ok: false, error: toBridgeError(error).message }
  }
}

/** True when a program answers at the path of a Unix domain socket. */
const isAnswering = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })

/** A process that was killed leaves its socket behind, and nobody can listen there until it is gone. */
const clearStaleSocket = async (path: string): Promise<void> => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return
  if (await isAnswering(path)) throw new BridgeError('port_taken', `Another emulator listens on ${path}.`)
  rmSync(path, { force: true })
}

/**
 * Serves the control socket of an emulator: a Unix domain socket, or a named pipe on Windows. Each line is one request, a JSON
 * object, answered in order by one line: `{"ok":true,…}` or `{"ok":false,"error":"…"}`. It is asked to `do` `place`
 * (`{"do":"place","type":"classic1k","uid":"DEADBEEF"}`, and `memory` in hexadecimal, `encoder` of a key system), `remove`,
 * `dump`, `counts`, `present` (`technology`, and `data` in hexadecimal), `inject`, `unplug`, `plug`, and of a serial line
 * `baudRate`.
 * Rejects `port_taken` when the socket cannot be had. Returns what closes it.
 */
export const serveControl = async (emulator: Emulator, cable: Cable, path: string): Promise<() => void> => {
  await clearStaleSocket(path)
  const clients = new Set<Socket>()
  const serve = async (client: Socket): Promise<void> => {
    for await (const text of createInterface({ input: client })) {
      if (text.trim() !== '') client.write(`${JSON.stringify(await answerLine(emulator, cable, text))}\n`)
    }
  }
  const server = createServer((client) => {
    clients.add(client)
    // A client that breaks off takes nothing but its own connection with it.
    client.on('error', () => client.destroy())
    client.on('close', () => clients.delete(client))
    serve(client).catch(() => client.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new BridgeError('port_taken', `Nobody can listen on ${path}.`, { cause })),
    )
    server.listen(path, resolve)
  })
  // It tells what is on a card: for this user alone, whatever the umask.
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  return () => {
    server.close()
    for (const client of clients) client.destroy()
  }
}
