import { once } from 'node:events'
import {
  constants,
  lstatSync,
  mkdtempSync,
  openSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ReadStream } from 'node:tty'
import { SerialPort } from 'serialport'
import { expect, onTestFinished } from 'vitest'
import { createPn532Emulator } from '../../drivers/pn532/emulator.ts'
import pn532 from '../../drivers/pn532/index.ts'
import { testUnless } from '../../test/support/skip.ts'
import { isBridgeError, type SerialEmulator } from '../contract/index.ts'
import { hostEmulator } from './emulator-host.ts'
import type { EmulatorHost } from './emulator-life.ts'
import { openSerial } from './serial.ts'
import { createSpinningClock } from './spinning-clock.ts'

const test = testUnless(
  process.platform === 'win32' ? 'emulated devices: Windows has no pseudoterminals' : null,
)

const WAKE_AND_SAM = Buffer.from('55550000000000000000000000000000000000FF05FBD4140114010200', 'hex')
const GET_FIRMWARE = Buffer.from('0000ff02fed4022a00', 'hex')
const FIRMWARE = '0000ff00ff000000ff06fad50332010607e800'
const ACK_AND_ANSWER = '0000ff00ff000000ff02fed5151600'

/** SetSerialBaudRate, UM0701-02 §7.2.8. */
const SET_SPEED: Readonly<Record<number, string>> = {
  230_400: '0000ff03fdd410051700',
  460_800: '0000ff03fdd410061600',
  921_600: '0000ff03fdd410071500',
}

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url)(name)
    return true
  } catch {
    return false
  }
}

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const startHost = async (folder: string): Promise<EmulatorHost & { link: string; controlPath: string }> => {
  const emulator = createPn532Emulator({ clock: createSpinningClock(), realtime: false })
  const [link, controlPath] = [join(folder, 'pn532'), join(folder, 'control')]
  const host = await hostEmulator({ emulator, link, controlPath })
  onTestFinished(() => host.close())
  return Object.assign(Object.create(host) as EmulatorHost, { link, controlPath })
}

const openPort = async (path: string): Promise<SerialPort> => {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false })
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())))
  onTestFinished(() => {
    if (port.isOpen) port.close()
  })
  return port
}

const setBaudRate = (port: SerialPort, baudRate: number): Promise<void> =>
  new Promise((resolve, reject) => {
    port.drain(() => port.update({ baudRate }, (error) => (error ? reject(error) : resolve())))
  })

/** Says a thing and waits for an answer of so many bytes. */
const talk = async (port: SerialPort, said: Uint8Array, sizeBytes: number): Promise<string> => {
  let heard = Buffer.alloc(0)
  const done = new Promise<void>((resolve) => {
    port.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes])
      if (heard.length >= sizeBytes) resolve()
    })
  })
  port.write(said)
  await done
  port.removeAllListeners('data')
  return heard.toString('hex')
}

/** Sends lines to the control socket and returns as many answers. */
const command = async (path: string, ...lines: readonly (object | string)[]): Promise<unknown[]> => {
  const socket = connect(path)
  await once(socket, 'connect')
  socket.write(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
  const answers: unknown[] = []
  for await (const answer of createInterface({ input: socket })) {
    answers.push(JSON.parse(answer))
    if (answers.length === lines.length) break
  }
  socket.destroy()
  return answers
}

const refused = (detail: string): unknown => ({ ok: false, error: expect.stringContaining(detail) })

test('a program opens the link like a serial port and talks to the chip', async () => {
  const host = await startHost(makeFolder())
  expect(readlinkSync(host.link)).toBe(host.path)
  const port = await openPort(host.link)
  expect(await talk(port, WAKE_AND_SAM, 15)).toBe(ACK_AND_ANSWER)
})

test('a line that a program closed serves the next one', async () => {
  const host = await startHost(makeFolder())
  const first = await openPort(host.link)
  await talk(first, WAKE_AND_SAM, 15)
  await new Promise((resolve) => first.close(resolve))
  expect(await talk(await openPort(host.link), WAKE_AND_SAM, 15)).toBe(ACK_AND_ANSWER)
})

test('binary bytes cross in both directions unchanged: Diagnose echoes all of them but one', async () => {
  const host = await startHost(makeFolder())
  const port = await openPort(host.link)
  await talk(port, WAKE_AND_SAM, 15)
  // 00 FF FF FF, LEN 0102, LCS FD: D4 00 00, the bytes 01 to FF; they sum to 7F80 hex.
  const bytes = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1))
  const frame = Buffer.concat([
    Buffer.from('0000ffffff0102fdd40000', 'hex'),
    bytes,
    Buffer.from('ac00', 'hex'),
  ])
  expect(await talk(port, frame, 6 + frame.length)).toBe(
    `0000ff00ff000000ffffff0102fdd50100${bytes.toString('hex')}aa00`,
  )
})

test('a program that sets no terminal mode gets the bytes as they are, and no echo', async () => {
  const host = await startHost(makeFolder())
  const descriptor = openSync(host.link, constants.O_RDWR | constants.O_NOCTTY)
  const reader = new ReadStream(descriptor)
  onTestFinished(() => {
    reader.destroy()
  })
  const heard: Buffer[] = []
  const done = new Promise<void>((resolve) => {
    reader.on('data', (bytes: Buffer) => {
      heard.push(bytes)
      if (Buffer.concat(heard).length >= 15) resolve()
    })
  })
  writeSync(descriptor, WAKE_AND_SAM)
  await done
  expect(Buffer.concat(heard).toString('hex')).toBe(ACK_AND_ANSWER)
})

const testSpeeds = testUnless(
  process.platform !== 'linux'
    ? 'line speeds on a pseudoterminal: this is no Linux'
    : isInstalled('koffi')
      ? null
      : 'line speeds on a pseudoterminal: the optional package koffi is not installed',
)

testSpeeds('bytes at another speed than the chip’s arrive as rubbish, in both directions', async () => {
  const received: (readonly [string, number | undefined])[] = []
  const chip = createPn532Emulator({ clock: createSpinningClock(), realtime: false })
  let answer = (_: Uint8Array): void => undefined
  const emulator: SerialEmulator = {
    ...chip,
    baudRate: 921_600,
    connect: (send) => {
      answer = send
    },
    receive: (bytes, hostBaudRate) => {
      received.push([Buffer.from(bytes).toString('hex'), hostBaudRate])
      answer(Uint8Array.of(1, 2, 3))
    },
  }
  const host = await hostEmulator({ emulator })
  onTestFinished(() => host.close())
  const port = await openPort(host.path ?? '')
  expect(await talk(port, Buffer.from('a1', 'hex'), 3)).toBe('e5e5e5')
  await setBaudRate(port, 921_600)
  expect(await talk(port, Buffer.from('a2', 'hex'), 3)).toBe('010203')
  expect(received).toEqual([
    ['a1', 115_200],
    ['a2', 921_600],
  ])
})

testSpeeds.each([921_600, 460_800, 230_400])(
  'a chip that a killed program left at %i baud is found on a real line and brought back',
  async (baudRate) => {
    const emulator = createPn532Emulator({ clock: createSpinningClock(), realtime: true })
    emulator.placeCard({ type: 'classic1k', uid: '922E5832' })
    const host = await hostEmulator({ emulator })
    onTestFinished(() => host.close())
    const path = host.path ?? ''
    const killed = await openPort(path)
    await talk(killed, WAKE_AND_SAM, 15)
    await talk(killed, Buffer.from(SET_SPEED[baudRate] ?? '', 'hex'), 15)
    killed.write(Buffer.from('0000ff00ff00', 'hex'))
    // A change of speed throws away what is still unread, here as in a USB adapter.
    await expect.poll(() => emulator.baudRate, { interval: 1 }).toBe(baudRate)
    await setBaudRate(killed, baudRate)
    expect(await talk(killed, GET_FIRMWARE, 19)).toBe(FIRMWARE)
    await new Promise((resolve) => killed.close(resolve))
    const idle = { signal: new AbortController().signal }
    const transport = await openSerial(path, { baudRate: 115_200 })
    const device = await pn532.open(
      {
        transport,
        options: pn532.options.parse({}),
        clock: createSpinningClock(),
        wallClock: () => new Date(),
      },
      idle,
    )
    onTestFinished(() => device.close())
    expect(emulator.baudRate).toBe(115_200)
    expect(device.kind === 'card' && (await device.waitForCard(idle))).toMatchObject({ uid: '922E5832' })
  },
)

test('the control socket places, dumps, counts and removes cards', async () => {
  const { controlPath } = await startHost(makeFolder())
  const card = { uid: '01020304' }
  const answers = await command(
    controlPath,
    { do: 'place', type: 'mini', ...card, memory: '01020304040904000000000000000000deadbeef' },
    { do: 'dump', ...card },
    { do: 'counts', ...card },
    { do: 'inject', fault: 'nakWrites', count: 2 },
    { do: 'baudRate' },
    { do: 'remove', ...card },
    { do: 'remove' },
  )
  expect(answers).toEqual([
    { ok: true },
    { ok: true, memory: expect.stringMatching(/^01020304040904000000000000000000DEADBEEF0{24}/) },
    { ok: true, counts: Array<number>(20).fill(0) },
    { ok: true },
    { ok: true, baudRate: 115_200 },
    { ok: true },
    { ok: true },
  ])
})

test('the control socket shows things to a scanner', async () => {
  const shown: unknown[] = []
  const scanner: SerialEmulator = {
    ...createPn532Emulator({ clock: createSpinningClock(), realtime: false }),
    present: (read) => shown.push(read),
  }
  const controlPath = join(makeFolder(), 'control')
  const host = await hostEmulator({ emulator: scanner, controlPath })
  onTestFinished(() => host.close())
  const answers = await command(
    controlPath,
    { do: 'present', technology: 'barcode', data: '4849', symbology: ']Q0' },
    { do: 'present', technology: 'unknown', data: '9f14d0', bitCount: 24 },
    { do: 'present', technology: 'papyrus', data: '' },
  )
  expect(answers).toEqual([{ ok: true }, { ok: true }, refused('technology')])
  expect(shown).toEqual([
    { technology: 'barcode', data: Uint8Array.of(0x48, 0x49), symbology: ']Q0' },
    { technology: 'unknown', data: Uint8Array.of(0x9f, 0x14, 0xd0), bitCount: 24 },
  ])
})

test('the control socket is for this user alone, whatever the umask', async () => {
  const umask = process.umask(0)
  try {
    const { controlPath } = await startHost(makeFolder())
    expect(statSync(controlPath).mode & 0o777).toBe(0o600)
  } finally {
    process.umask(umask)
  }
})

test('what the control socket cannot do is told, and it lives on', async () => {
  const { controlPath } = await startHost(makeFolder())
  const answers = await command(
    controlPath,
    '{rubbish',
    { do: 'dance' },
    { do: 'place', type: 'classic1k' },
    { do: 'place', type: 'oyster', uid: '01020304' },
    { do: 'place', type: 'mini', uid: '01020304', memory: 'xyz' },
    { do: 'dump', uid: '01020304' },
    { do: 'inject', fault: 'fire' },
    { do: 'baudRate' },
  )
  expect(answers).toEqual([
    refused('no JSON'),
    refused('do'),
    refused('uid'),
    refused('oyster'),
    refused('hexadecimal'),
    refused('01020304'),
    refused('fire'),
    { ok: true, baudRate: 115_200 },
  ])
})

test('unplug hangs up, plug brings the device back at the same link with its cards and without its power', async () => {
  const host = await startHost(makeFolder())
  await command(host.controlPath, { do: 'place', type: 'classic1k', uid: '922E5832' })
  const port = await openPort(host.link)
  await talk(port, WAKE_AND_SAM, 15)
  const gone = once(port, 'close')
  expect(await command(host.controlPath, { do: 'unplug' })).toEqual([{ ok: true }])
  if (port.isOpen) port.close()
  await gone
  expect(lstatSync(host.link, { throwIfNoEntry: false })).toBeUndefined()
  expect(host.path).toBeUndefined()
  expect(await command(host.controlPath, { do: 'plug' }, { do: 'plug' })).toEqual([
    { ok: true },
    { ok: true },
  ])
  const again = await openPort(host.link)
  expect(await talk(again, WAKE_AND_SAM, 15)).toBe(ACK_AND_ANSWER)
  const poll = Buffer.from('0000ff04fcd44a0100e100', 'hex')
  expect(await talk(again, poll, 25)).toBe('0000ff00ff000000ff0cf4d54b010100040804922e58328400')
})

test('a stale link and a stale socket are replaced, and close removes both', async () => {
  const folder = makeFolder()
  symlinkSync('/dev/pts/none', join(folder, 'pn532'))
  const host = await startHost(folder)
  expect(readlinkSync(host.link)).toBe(host.path)
  host.close()
  host.close()
  expect(lstatSync(host.link, { throwIfNoEntry: false })).toBeUndefined()
})

test("a file in the link's place is refused and left alone", async () => {
  const folder = makeFolder()
  writeFileSync(join(folder, 'pn532'), 'precious')
  await expect(startHost(folder)).rejects.toSatisfy((error) => isBridgeError(error, 'request_invalid'))
  expect(lstatSync(join(folder, 'pn532')).isFile()).toBe(true)
})

test('a control socket that another program serves is refused, and the link is taken back', async () => {
  const folder = makeFolder()
  const other = createServer()
  other.listen(join(folder, 'control'))
  await once(other, 'listening')
  onTestFinished(() => {
    other.close()
  })
  await expect(startHost(folder)).rejects.toSatisfy((error) => isBridgeError(error, 'port_taken'))
  expect(lstatSync(join(folder, 'pn532'), { throwIfNoEntry: false })).toBeUndefined()
})
