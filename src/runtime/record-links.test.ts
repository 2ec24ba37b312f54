import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFiasEmulator } from '../../drivers/fias/emulator.ts'
import { cardOf } from '../../test/support/fias-desk.ts'
import type { Recording, RecordOptions } from '../cli/runtime.ts'
import { systemClock } from '../service/system-clock.ts'
import { connectPeer } from '../transport/tcp-emulator-line.ts'
import { record } from './record.ts'

/** An emulated lock system with a card on its first encoder, and a configuration that names it. */
const openHotel = async () => {
  const emulator = createFiasEmulator({ clock: systemClock, realtime: false })
  emulator.placeCard({ type: 'key', uid: cardOf('1'), encoder: '1' })
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    const peer = connectPeer(
      emulator,
      (bytes) => void socket.write(bytes),
      () => void socket.end(),
    )
    socket.on('data', (bytes: Buffer) => peer.receive(new Uint8Array(bytes)))
    socket.on('error', () => undefined)
    socket.on('close', () => peer.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const path = `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const dataDir = mkdtempSync(join(tmpdir(), 'record-links-'))
  const encoders = [{ name: 'Desk 1', address: '1' }]
  const devices = [{ driver: 'fias', path, name: 'Hotel', encoders }]
  writeFileSync(join(dataDir, 'config.yaml'), JSON.stringify({ devices }))
  onTestFinished(() => {
    server.close()
    emulator.close()
    rmSync(dataDir, { recursive: true })
  })
  const prompts: string[] = []
  const recorded = (
    device: RecordOptions['device'],
    pathsInUse: readonly string[] = [],
  ): Promise<Recording> =>
    record(
      {
        dataDir,
        configPath: null,
        device,
        pathsInUse,
        secrets: [],
        onPrompt: (prompt) => prompts.push(prompt),
        signal: new AbortController().signal,
      },
      '1.2.3',
    )
  return { emulator, path, prompts, recorded, connections: () => connections }
}

test.each(['Hotel', 'desk 1'])(
  'a link is recorded by its name or an encoder’s, and makes no key: %s',
  async (name) => {
    const { emulator, prompts, recorded } = await openHotel()
    const { fixture } = await recorded({ name })
    expect(fixture.exchanges).toMatchObject([
      { name: 'opening', transport: 'tcp' },
      { name: 'a sign of life', transport: 'tcp' },
    ])
    expect(prompts).toEqual([])
    expect(emulator.countWrites(cardOf('1'))).toEqual([0])
  },
)

test('a link that the daemon has is left to it', async () => {
  const { path, recorded, connections } = await openHotel()
  await expect(recorded({ name: 'Hotel' }, [path])).rejects.toMatchObject({
    code: 'device_busy',
    detail: 'The daemon has it open: stop the daemon to record.',
  })
  expect(connections()).toBe(0)
})

test.each([
  [
    'udp://lock:4000',
    'udp://lock:4000 begins with udp://; links begin with tcp://, tcp-listen:// or https://.',
  ],
  ['tcp://lock', 'tcp://lock has no port; write tcp://host:port, with a port from 1 to 65535.'],
])('a path that leads nowhere is refused: %s', async (path, detail) => {
  const { recorded } = await openHotel()
  await expect(recorded({ driver: 'fias', path })).rejects.toMatchObject({ code: 'request_invalid', detail })
})
