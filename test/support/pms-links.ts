import { once } from 'node:events'
import { createServer } from 'node:net'
import { vi } from 'vitest'
import {
  type CommandOptions,
  type Driver,
  isBridgeError,
  type KeyOrder,
  type KeySystem,
  type SerialEmulator,
  type TcpEmulator,
  type Transport,
} from 'encoder-bridge/driver'
import { openPty } from '../../src/transport/pty.ts'
import { openSerial } from '../../src/transport/serial.ts'
import { openTcp } from '../../src/transport/tcp.ts'
import { connectPeer } from '../../src/transport/tcp-emulator-line.ts'
import { createTcpListeners } from '../../src/transport/tcp-listeners.ts'
import { pmsOrder } from './pms-desk.ts'

const clock = {
  now: () => performance.now(),
  setTimeout: (callback: () => void, delayMs: number) => setTimeout(callback, delayMs),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout | undefined),
}
const idle = new AbortController().signal
/** What takes milliseconds may take longer on a computer that is busy. */
const PATIENCE_MS = 10_000

/** What is to be done when the test is over; tests run side by side, so each has its own. */
type Finish = (work: () => void | Promise<void>) => void

/** A way of the kernel to an emulator. */
interface Way {
  readonly path: string
  /** Each call opens it anew. */
  open(): Promise<Transport>
  /** Ends it from the far end. */
  cut(): void
  /** Resolves when the far end knows that nobody is connected. */
  freed(): Promise<void>
}

/** Puts an emulator behind a port of this computer. */
const serve = async (emulator: TcpEmulator, onTestFinished: Finish): Promise<Way> => {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    const peer = connectPeer(
      emulator,
      (bytes) => socket.write(bytes),
      () => socket.end(),
    )
    socket.on('data', (bytes) => peer.receive(new Uint8Array(bytes)))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      connections -= 1
      peer.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const path = `tcp://127.0.0.1:${address.port}`
  const listeners = createTcpListeners()
  return {
    path,
    open: () => openTcp(path, { listeners, signal: idle }),
    cut: () => emulator.powerCycle(),
    freed: () =>
      vi.waitFor(
        () => (connections === 0 ? undefined : Promise.reject(new Error('Still connected.'))),
        PATIENCE_MS,
      ),
  }
}

/** Puts an emulator behind a pseudoterminal. */
const plug = async (emulator: SerialEmulator, onTestFinished: Finish): Promise<Way> => {
  const pty = await openPty({ onBytes: (bytes) => emulator.receive(bytes) })
  onTestFinished(() => pty.close())
  emulator.connect((bytes) => pty.write(bytes))
  return {
    path: pty.path,
    open: () => openSerial(pty.path, { baudRate: emulator.baudRate }),
    cut: () => pty.close(),
    freed: async () => undefined,
  }
}

/** A driver at work through the kernel, over a socket or a pseudoterminal, in real time. */
export const openPmsLink = async (
  driver: Driver,
  transport: 'tcp' | 'serial',
  { onTestFinished }: { readonly onTestFinished: Finish },
) => {
  const emulator = await driver.emulate({ clock, realtime: false, transport })
  onTestFinished(() => emulator.close())
  if (emulator.kind !== 'tcp' && emulator.kind !== 'serial') throw new Error('No kernel leads there.')
  const way = await (emulator.kind === 'tcp'
    ? serve(emulator, onTestFinished)
    : plug(emulator, onTestFinished))
  const losses: string[] = []

  const open = async (): Promise<KeySystem> => {
    const context = {
      transport: await way.open(),
      clock,
      wallClock: () => new Date(),
      options: driver.options.parse({}),
    }
    const device = await driver.open(context, { signal: idle })
    if (device.kind !== 'keySystem') throw new Error('It is no key system.')
    device.onLost((error) => losses.push(error.code))
    onTestFinished(() => device.close())
    return device
  }
  let system = await open()

  const give = async (
    command: (options: CommandOptions) => Promise<unknown> | undefined,
    { signal = idle, onSending = () => undefined }: { signal?: AbortSignal; onSending?: () => void } = {},
  ): Promise<string> => {
    try {
      await command({ signal, beforeSending: onSending })
      return 'done'
    } catch (error) {
      if (isBridgeError(error)) return error.code
      throw error
    }
  }

  return {
    emulator,
    losses,
    open,
    cut: way.cut,
    get system() {
      return system
    },
    give,
    order: (change: Partial<KeyOrder> = {}, io?: Parameters<typeof give>[1]) =>
      give((options) => system.makeKey('1', { ...pmsOrder, ...change }, options), io),
    lay: (uid: string) => emulator.placeCard({ type: 'key', uid, encoder: '1' }),
    writesOf: (uid: string) => emulator.countWrites(uid)[0],
    /** Resolves when the loss of the link was told. */
    lost: () =>
      vi.waitFor(
        () => (losses.length > 0 ? undefined : Promise.reject(new Error('The link is not lost.'))),
        PATIENCE_MS,
      ),
    reopen: async () => {
      await system.close()
      await way.freed()
      system = await open()
    },
  }
}
