import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ByteTransport } from '../contract/transport.ts'
import { openPty, type Pty } from './pty.ts'
import { openSerial } from './serial.ts'

const settings = { baudRate: 115200 }
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)

/** Collects what a transport tells its listener, and lets a test wait for it. */
const listenTo = (
  transport: ByteTransport,
): {
  bytes: number[]
  received: (size: number) => Promise<void>
  lost: Promise<BridgeError>
  stop: () => void
} => {
  const bytes: number[] = []
  let wake = (): void => undefined
  let stop = (): void => undefined
  const lost = new Promise<BridgeError>((resolve) => {
    stop = transport.listen({
      onBytes: (more) => {
        bytes.push(...more)
        wake()
      },
      onLost: resolve,
    })
  })
  const received = (size: number): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        if (bytes.length >= size) resolve()
      }
      wake()
    })
  return { bytes, received, lost, stop }
}

const openPair = async (
  onBytes: (bytes: Uint8Array) => void,
): Promise<{ pty: Pty; transport: ByteTransport }> => {
  const pty = await openPty({ onBytes })
  onTestFinished(pty.close)
  const transport = await openSerial(pty.path, settings)
  onTestFinished(() => transport.close())
  return { pty, transport }
}

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'serial-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

// Windows has no pseudoterminals: there this file's subject is covered by real ports only.
describe.skipIf(process.platform === 'win32')('a serial port', () => {
  test('carries every byte value in both directions', async () => {
    const { pty, transport } = await openPair((bytes) => pty.write(bytes))
    const heard = listenTo(transport)
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    await transport.write(all)
    await heard.received(256)
    expect(heard.bytes).toEqual([...all])
  })

  test('carries more than the system takes at once, whole and in order', async () => {
    const heard: number[] = []
    let wake = (): void => undefined
    const some = new Promise<void>((resolve) => {
      wake = resolve
    })
    const { transport } = await openPair((bytes) => {
      heard.push(...bytes)
      wake()
    })
    const first = Uint8Array.from({ length: 60_000 }, (_, index) => index % 251)
    const writing = transport.write(first)
    await some
    await transport.write(Uint8Array.of(255))
    await writing
    await vi.waitFor(() => expect(heard).toHaveLength(60_001))
    expect(heard).toEqual([...first, 255])
  })

  test('keeps the bytes that come while nobody listens', async () => {
    const { pty, transport } = await openPair(() => undefined)
    pty.write(Uint8Array.of(1, 2, 3))
    const heard = listenTo(transport)
    await heard.received(3)
    heard.stop()
    pty.write(Uint8Array.of(4))
    const again = listenTo(transport)
    await again.received(1)
    expect([heard.bytes, again.bytes]).toEqual([[1, 2, 3], [4]])
  })

  test('has one listener at a time', async () => {
    const { transport } = await openPair(() => undefined)
    const { stop } = listenTo(transport)
    const listener = { onBytes: () => undefined, onLost: () => undefined }
    expect(() => transport.listen(listener)).toThrow(coded('device_busy'))
    stop()
    expect(transport.listen(listener)).toBeTypeOf('function')
  })

  test('changes its speed and works on', async () => {
    const { pty, transport } = await openPair((bytes) => pty.write(bytes))
    const heard = listenTo(transport)
    await transport.write(Uint8Array.of(1))
    await heard.received(1)
    await transport.setBaudRate(921600)
    await transport.write(Uint8Array.of(2))
    await heard.received(2)
    expect(heard.bytes).toEqual([1, 2])
  })

  test('is opened through a link', async () => {
    const { pty } = await openPair(() => undefined)
    const other = await openPty({ onBytes: () => undefined })
    onTestFinished(other.close)
    const link = join(await temporaryFolder(), 'encoder')
    await symlink(other.path, link)
    const transport = await openSerial(link, settings)
    const { lost } = listenTo(transport)
    other.close()
    await expect(lost).resolves.toSatisfy((error) => isBridgeError(error, 'device_lost'))
    expect(pty.path).not.toBe(other.path)
  })

  test('closes as often as one likes, and refuses work afterwards', async () => {
    const { transport } = await openPair(() => undefined)
    await Promise.all([transport.close(), transport.close()])
    await transport.close()
    await expect(transport.write(Uint8Array.of(1))).rejects.toSatisfy((error) =>
      isBridgeError(error, 'device_closed'),
    )
    await expect(transport.setBaudRate(9600)).rejects.toSatisfy((error) =>
      isBridgeError(error, 'device_closed'),
    )
  })

  test('that another program holds is busy', async () => {
    const { pty } = await openPair(() => undefined)
    await expect(openSerial(pty.path, settings)).rejects.toEqual(coded('device_busy'))
  })

  test('that does not exist is absent, and the message names the path', async () => {
    const refused = openSerial('/dev/ttyNone', settings)
    await expect(refused).rejects.toEqual(coded('device_absent'))
    await expect(refused).rejects.toThrow('/dev/ttyNone')
  })

  test('is never a plain file', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(openSerial(file, settings)).rejects.toEqual(coded('device_absent'))
  })

  test('leaves what its listener throws to the process, which it does not abort', async () => {
    const source = fileURLToPath(new URL('.', import.meta.url))
    const script = `
      const { openPty } = await import('${source}pty.ts')
      const { openSerial } = await import('${source}serial.ts')
      process.on('uncaughtException', (error) => process.exit(error.message === 'mine' ? 42 : 1))
      const pty = await openPty({ onBytes: () => undefined })
      const transport = await openSerial(pty.path, { baudRate: 115200 })
      transport.listen({ onBytes: () => { throw new Error('mine') }, onLost: () => undefined })
      pty.write(Uint8Array.of(1))`
    const flags = ['--import', 'tsx', '--conditions', 'encoder-bridge:source', '--input-type=module']
    const child = spawn(process.execPath, [...flags, '--eval', script])
    expect(await once(child, 'exit')).toEqual([42, null])
  })

  test('reports a hang-up once, and refuses work afterwards', async () => {
    const { pty, transport } = await openPair(() => undefined)
    const { lost } = listenTo(transport)
    pty.close()
    expect((await lost).code).toBe('device_lost')
    await expect(transport.write(Uint8Array.of(1))).rejects.toSatisfy((error) =>
      isBridgeError(error, 'device_lost'),
    )
  })

  test('reports a hang-up that falls between two reads', async () => {
    const { pty, transport } = await openPair(() => undefined)
    const lost = new Promise<BridgeError>((resolve) => {
      // In the handler of the last bytes: the next read then begins after the hang-up.
      transport.listen({ onBytes: () => pty.close(), onLost: resolve })
    })
    pty.write(Uint8Array.of(1, 2, 3))
    expect((await lost).code).toBe('device_lost')
  })
})
