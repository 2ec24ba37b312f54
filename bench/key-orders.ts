import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { SeamHttp } from '@seamapi/http'
import { runCommand, type RunningCommand, startCommand } from '../test/support/command.ts'
import { waitUntil } from './desk.ts'
import { createRow, type Row } from './row.ts'

const CODERS = ['1', '2', '3', '4', '5', '6', '7', '8']
const SINGLE_ORDERS = 50
const ORDERS = 200
/** What the emulator takes for a key once the card is there, milliseconds: drivers/fias/emulator-service.ts. */
const KEY_MS = 1200

/** A lock system behind a wire that is listened to: when each order for a key has come by. */
const tapWire = async (target: { readonly host: string; readonly port: number }) => {
  const passed: number[] = []
  const server = createServer((near) => {
    const far = connect(target)
    near.setNoDelay(true)
    far.setNoDelay(true)
    near.on('data', (piece) => {
      const nowMs = performance.now()
      // One mark for each record KR; its fields have no other KR before a bar.
      const records = piece.toString('latin1').split('KR|').length - 1
      for (let record = 0; record < records; record += 1) passed.push(nowMs)
      far.write(piece)
    })
    far.on('data', (piece) => near.write(piece))
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The wire has no port.')
  return { port: address.port, passed, close: () => server.close() }
}

/** Places a card on every coder; they stay there, so that no clerk is in the figures. */
const placeCards = async (socketPath: string): Promise<void> => {
  const socket = connect(socketPath)
  for (const encoder of CODERS) {
    socket.write(`${JSON.stringify({ do: 'place', type: 'key', uid: `04A1B2C3D4E58${encoder}`, encoder })}\n`)
    await once(socket, 'data')
  }
  socket.destroy()
}

/**
 * Orders of the official Seam client at the hub, for a lock system that speaks FIAS: how long one takes to reach the line, and how
 * long two hundred take over one link with eight key coders, beside the time that the coders themselves need.
 */
export const measureKeyOrders = async (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const data = join(folder, 'desk')
  const config = join(folder, 'config.yaml')
  const control = join(folder, 'fias.sock')
  const started: RunningCommand[] = []
  const run = (...args: readonly string[]): RunningCommand => {
    const running = startCommand([...args, '--json'])
    started.push(running)
    return running
  }
  const wires: { close(): void }[] = []
  try {
    const hub = run('hub', '--data', join(folder, 'hub'), '--port', '0', '--seed', 'demo')
    const lock = run('emulate', 'fias', '--listen', '127.0.0.1:0', '--control', control, '--realtime')
    const { endpoint, api_key: apiKey } = (await hub.ready) as { endpoint: string; api_key: string }
    const { path } = (await lock.ready) as { path: string }
    await placeCards(control)
    const wire = await tapWire({ host: '127.0.0.1', port: Number(new URL(path).port) })
    wires.push(wire)

    const seam = SeamHttp.fromApiKey(apiKey, { endpoint })
    const [entrance] = await seam.acs.entrances.list()
    const paired = await runCommand(['pair', '--data', data, '--hub', endpoint, '--api-key', apiKey])
    if (paired.code !== 0) throw new Error(`pair: ${paired.stderr}`)
    writeFileSync(
      join(data, 'rooms.csv'),
      `acs_entrance_id,display_name,room,authorisation,system\n${entrance?.acs_entrance_id},Lobby,101,,\n`,
    )
    const encoders = CODERS.map((address) => ({ name: `Coder ${address}`, address }))
    const device = { driver: 'fias', name: 'Lock system', path: `tcp://127.0.0.1:${wire.port}`, encoders }
    writeFileSync(config, JSON.stringify({ devices: [device] }))
    await run('run', '--data', data, '--config', config, '--port', '0').ready

    const post = async (to: string, body: object): Promise<Record<string, unknown>> => {
      const response = await fetch(`${endpoint}${to}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as Record<string, unknown>
    }
    const ids: string[] = []
    await waitUntil(async () => {
      const systems = await seam.acs.systems.list()
      const listed = await Promise.all(
        systems.map(({ acs_system_id }) => seam.acs.encoders.list({ acs_system_id })),
      )
      ids.splice(0, ids.length, ...listed.flat().map(({ acs_encoder_id }) => acs_encoder_id))
      return ids.length === CODERS.length
    })
    const guest = await seam.userIdentities.create({ full_name: 'A Guest' })
    const methods: string[] = []
    for (let card = 0; card < SINGLE_ORDERS + ORDERS; card += 1) {
      const grant = await seam.accessGrants.create({
        user_identity_id: guest.user_identity_id,
        acs_entrance_ids: [entrance?.acs_entrance_id ?? ''],
        requested_access_methods: [{ mode: 'card' }],
        starts_at: new Date(Date.now() - 60_000).toISOString(),
        ends_at: new Date(Date.now() + 86_400_000).toISOString(),
      })
      methods.push(grant.requested_access_methods[0]?.created_access_method_ids[0] ?? '')
    }
    const order = async (method: number): Promise<string> => {
      const answer = await post('/access_methods/encode', {
        access_method_id: methods[method],
        acs_encoder_id: ids[method % ids.length],
        is_confirmed: true,
      })
      return (answer as { action_attempt: { action_attempt_id: string } }).action_attempt.action_attempt_id
    }
    const hasEnded = async (action_attempt_id: string): Promise<boolean> => {
      const answer = await post('/action_attempts/get', { action_attempt_id })
      const { status, error } = (answer as { action_attempt: { status: string; error: unknown } })
        .action_attempt
      if (status === 'error') throw new Error(`An order failed: ${JSON.stringify(error)}`)
      return status === 'success'
    }

    const toLine: number[] = []
    for (let turn = 0; turn < SINGLE_ORDERS; turn += 1) {
      const seen = wire.passed.length
      const orderedMs = performance.now()
      const attempt = await order(turn)
      await waitUntil(() => Promise.resolve(wire.passed.length > seen), 1)
      toLine.push((wire.passed[seen] ?? Number.NaN) - orderedMs)
      await waitUntil(() => hasEnded(attempt))
    }

    const startedMs = performance.now()
    const attempts: string[] = []
    for (let card = 0; card < ORDERS; card += 1) {
      attempts.push(await order(SINGLE_ORDERS + card))
    }
    const left = new Set(attempts)
    await waitUntil(async () => {
      for (const attempt of left) {
        if (!(await hasEnded(attempt))) return false
        left.delete(attempt)
      }
      return true
    })
    const tookMs = performance.now() - startedMs
    const model = { name: 'coders alone', value: (ORDERS / CODERS.length) * KEY_MS }
    return [
      createRow({ name: 'order at the hub to the line, FIAS', unit: 'ms', judged: 'p99' }, toLine),
      createRow({ name: '200 FIAS orders, eight key coders', unit: 'ms', comparison: model }, [tookMs]),
    ]
  } finally {
    for (const wire of wires) wire.close()
    for (const command of started.toReversed()) await command.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}
