/**
 * A smart-card service of one's own: Debian's pcscd with vsmartcard's virtual reader, whose slot an emulated reader fills. It
 * has its own /run, so that it meets no other pcscd, and its own name for the reader, which the driver goes by.
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PcscEmulator } from 'encoder-bridge/driver'
import { testUnless } from '../support/skip.ts'
import { poll } from '../support/site.ts'

const library = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'
const needed = ['/usr/sbin/pcscd', library]
const ownRun = ['--user', '--map-root-user', '--mount', 'sh', '-ec']

const reasonNotToRun = (): string | null => {
  const missing = needed.filter((file) => !existsSync(file))
  if (missing.length > 0) {
    return `the smart-card service: ${missing.join(', ')} missing (apt-get install pcscd vsmartcard-vpcd)`
  }
  try {
    execFileSync('unshare', [...ownRun, 'mount -t tmpfs none /run'], { stdio: 'ignore' })
    return null
  } catch {
    return 'the smart-card service: this system gives no mounts of one’s own (unshare --user --mount)'
  }
}

/** `test` where a pcscd of one's own can run. */
export const testWithPcscd = testUnless(reasonNotToRun())

/** The service with one virtual reader. */
export interface Pcscd {
  /** Where clients find it: PCSCLITE_CSOCK_NAME. */
  readonly socket: string
  /** The slot's TCP port: a client that is connected to it is a card. */
  readonly port: number
  start(): Promise<void>
  /** As a crash would: nobody is told. */
  kill(): Promise<void>
  /** Kills it and removes its files. */
  remove(): Promise<void>
}

/** Two ports that follow each other: vpcd takes the second one for a second slot. */
const findPorts = async (): Promise<number> => {
  for (;;) {
    const first = await freePort(0)
    if (first !== null && first < 65_535 && (await freePort(first + 1)) !== null) return first
  }
}

const freePort = async (port: number): Promise<number | null> => {
  const server = createServer()
  try {
    server.listen(port)
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' ? (address?.port ?? null) : null
  } catch {
    return null
  } finally {
    server.close()
  }
}

export const preparePcscd = async (readerName: string): Promise<Pcscd> => {
  const folder = mkdtempSync(join(tmpdir(), 'pcscd-'))
  const run = join(folder, 'run')
  const config = join(folder, 'reader.conf.d')
  const port = await findPorts()
  mkdirSync(run)
  mkdirSync(config)
  // pcscd adds the numbers of reader and slot to the name.
  const friendlyName = readerName.replace(/(?: \d\d){2}$/, '')
  const channel = `0x${port.toString(16)}`
  writeFileSync(
    join(config, 'reader'),
    `FRIENDLYNAME "${friendlyName}"\nDEVICENAME /dev/null:${channel}\nLIBPATH ${library}\nCHANNELID ${channel}\n`,
  )
  const script = `mount -t tmpfs none /run
    mkdir /run/pcscd
    mount --bind '${run}' /run/pcscd
    exec pcscd --foreground --config '${config}'`
  const socket = join(run, 'pcscd.comm')
  let service: ChildProcess | undefined

  const kill = async (): Promise<void> => {
    const killed = service
    service = undefined
    if (killed === undefined) return
    const ended = once(killed, 'exit')
    killed.kill('SIGKILL')
    await ended
    rmSync(socket, { force: true })
    rmSync(join(run, 'pcscd.pid'), { force: true })
  }

  return {
    socket,
    port,
    start: async () => {
      service = spawn('unshare', [...ownRun, script], { stdio: 'ignore' })
      await poll(async () => ((await isListening(socket)) ? true : null))
    },
    kill,
    remove: async () => {
      await kill()
      rmSync(folder, { recursive: true })
    },
  }
}

const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(path)
    client.once('connect', () => {
      client.destroy()
      resolve(true)
    })
    client.once('error', () => resolve(false))
  })

/** "The operation failed" (PC/SC part 3). */
const FAILED = Uint8Array.of(0x63, 0x00)
const POWER_OFF = 0
const POWER_ON = 1
const RESET = 2
const GET_ATR = 4

/**
 * Puts the emulated reader's card into the virtual slot whenever there is one (vsmartcard, `virtualsmartcard/src/vpcd`: two
 * bytes of length before each message; one byte is a control, of which only GET_ATR is answered). Returns its end.
 */
export const fillSlot = (emulator: PcscEmulator, port: number): (() => void) => {
  let card: Socket | undefined
  const remove = (): void => {
    card?.destroy()
    card = undefined
  }
  emulator.connect((state) => {
    remove()
    if (state.kind === 'present') card = insertCard(emulator, state.atr, port)
  })
  return remove
}

const insertCard = (emulator: PcscEmulator, atr: Uint8Array, port: number): Socket => {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  let received = Buffer.alloc(0)
  const send = (message: Uint8Array): void => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(message.length)
    socket.write(Buffer.concat([length, message]))
  }
  const control = (code: number | undefined): void => {
    if (code === GET_ATR) send(atr)
    if (code === POWER_OFF || code === RESET) emulator.powerOff()
    if (code === POWER_ON || code === RESET) emulator.powerOn()
  }
  const answer = async (apdu: Uint8Array): Promise<void> => {
    // The service may take a card for the one before, and never reset it: to the reader it is silent.
    send(await emulator.transmit(apdu).catch(() => FAILED))
  }
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0)
      const message = new Uint8Array(received.subarray(2, end))
      received = received.subarray(end)
      if (message.length === 1) control(message[0])
      else void answer(message)
    }
  })
  return socket
}
