import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { asKeys } from '../../test/devices/desk-bench.ts'
import { createFakeKeySystem, keyOrder, lockManifest } from '../../test/devices/fake-key-system.ts'
import { fakeDriver } from '../../test/devices/fake-driver.ts'
import { keyIntent, makeOrder, otherEncoderId } from '../../test/journal/examples.ts'
import { openLockSystem } from '../../test/support/tcp-peers.ts'
import { createLayouts } from '../cards/layouts/index.ts'
import { Config } from '../config/schema.ts'
import { OrderId } from '../contract/ids.ts'
import type { OpenEncoders } from '../devices/encoders.ts'
import { openJournal } from '../journal/journal.ts'
import { systemClock } from '../service/system-clock.ts'
import { openDeskDevices, openEmulatedDevices } from './desk-devices.ts'
import { type ConfiguredDevice, encoderSettings } from './encoder-settings.ts'

/** A lock system of the configuration, whose driver is content with any connection. */
const link = (path: string, told: Partial<ConfiguredDevice> = {}): ConfiguredDevice => ({
  driver: fakeDriver(
    ({ transport }) => Promise.resolve({ ...createFakeKeySystem(), close: () => transport.close() }),
    lockManifest,
  ),
  options: {},
  name: 'Salto',
  path,
  match: null,
  layout: 'demo',
  numberFormat: null,
  secretFile: null,
  encoders: [
    { name: 'Desk 1', address: '1' },
    { name: 'Desk 2', address: '2' },
  ],
  ...told,
})

const ports = {
  clock: systemClock,
  random: () => 0,
  wallClock: () => new Date(),
  onAlive: () => undefined,
  virtual: { open: () => Promise.reject(new Error('none')) },
}

/** The daemon's starts over one journal. */
const openStarts = () => {
  const folder = mkdtempSync(join(tmpdir(), 'desk-devices-'))
  const journal = openJournal({ path: join(folder, 'journal.db') })
  onTestFinished(() => {
    journal.close()
    rmSync(folder, { recursive: true })
  })
  return async (...configured: readonly ConfiguredDevice[]): Promise<OpenEncoders> => {
    const encoders = await openDeskDevices(configured, { ...ports, journal })
    onTestFinished(() => encoders.close())
    return encoders
  }
}

/** Resolves once every encoder is in that state. */
const reach = (encoders: OpenEncoders, state: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!encoders.list().every((one) => one.state === state)) return
      stop()
      resolve()
    }
    const stop = encoders.onChange(look)
    look()
  })

const idsOf = (encoders: OpenEncoders) =>
  Object.fromEntries(encoders.list().map(({ address, encoderId }) => [address, encoderId]))

test('the encoders of a lock system keep their ids through a restart, on a new host, and under new names', async () => {
  const start = openStarts()
  const [old, moved] = [await openLockSystem(), await openLockSystem()]
  const first = await start(link(`tcp://127.0.0.1:${old.port}`))
  await reach(first, 'ready')
  expect(first.list()).toMatchObject([
    { name: 'Desk 1', transport: 'tcp', identity: `path:tcp://127.0.0.1:${old.port}` },
    { name: 'Desk 2' },
  ])
  const ids = idsOf(first)
  expect(new Set(Object.values(ids)).size).toBe(2)
  await first.close()

  const again = await start(link(`tcp://127.0.0.1:${old.port}`))
  expect(idsOf(again)).toEqual(ids)
  await again.close()

  const names = ['Reception', 'Concierge'].map((name, index) => ({ name, address: `${index + 1}` }))
  const later = await start(link(`tcp://127.0.0.1:${moved.port}`, { name: 'SALTO', encoders: names }))
  await reach(later, 'ready')
  expect(idsOf(later)).toEqual(ids)
})

test('another address, and another lock system, have other encoders', async () => {
  const start = openStarts()
  const host = 'tcp://127.0.0.1:1'
  const first = idsOf(await start(link(host)))
  const encoders = [{ name: 'Desk 1', address: '9' }]
  const other = idsOf(await start(link(host, { encoders })))
  const renamed = idsOf(await start(link(host, { name: 'Onity' })))
  const all = [first, other, renamed].flatMap((ids) => Object.values(ids))
  expect(new Set(all).size).toBe(5)
})

test('whatever signs are in names and addresses, no two encoders are taken for one', async () => {
  const start = openStarts()
  const encoders = await start(
    link('tcp://127.0.0.1:1', { name: 'Salto', encoders: [{ name: 'A', address: '1#2' }] }),
    link('tcp://127.0.0.1:2', { name: 'Salto#1', encoders: [{ name: 'B', address: '2' }] }),
  )
  expect(encoders.list().map(({ name }) => name)).toEqual(['A', 'B'])
})

test('two lock systems that change hosts keep their encoders', async () => {
  const start = openStarts()
  const [one, two] = [await openLockSystem(), await openLockSystem()]
  const paths = [one, two].map(({ port }) => `tcp://127.0.0.1:${port}`)
  const pair = (first = '', second = '') => [
    link(first, { encoders: [{ name: 'A', address: 'a' }] }),
    link(second, { name: 'Onity', encoders: [{ name: 'B', address: 'b' }] }),
  ]
  const before = await start(...pair(paths[0], paths[1]))
  await reach(before, 'ready')
  const ids = idsOf(before)
  await before.close()
  const after = await start(...pair(paths[1], paths[0]))
  await reach(after, 'ready')
  expect(idsOf(after)).toEqual(ids)
})

test('a lock system that connects itself is there when it comes', async () => {
  const start = openStarts()
  const free = await openLockSystem()
  await free.close()
  const encoders = await start(link(`tcp-listen://127.0.0.1:${free.port}`))
  expect(encoders.list()).toMatchObject([{ state: 'opening' }, { state: 'opening' }])
  const dial = (): Promise<boolean> => {
    const peer = connect(free.port, '127.0.0.1')
    onTestFinished(() => void peer.destroy())
    return new Promise((resolve) => {
      peer.once('connect', () => resolve(true))
      peer.once('error', () => resolve(false))
    })
  }
  await expect.poll(dial).toBe(true)
  await reach(encoders, 'ready')
})

test('a lock system that is not reached is absent, with what to check', async () => {
  const start = openStarts()
  const gone = await openLockSystem()
  await gone.close()
  const encoders = await start(link(`tcp://127.0.0.1:${gone.port}`))
  await reach(encoders, 'absent')
  expect(encoders.list()).toMatchObject([
    { error: { code: 'device_absent', detail: expect.stringContaining(`127.0.0.1:${gone.port}`) as string } },
    { error: { code: 'device_absent' } },
  ])
})

test('an emulated lock system has a card on each of its encoders', async () => {
  const encoders = [{ name: 'Desk 1', address: '1' }]
  const config = Config.parse({
    devices: [{ driver: 'fias', path: 'tcp://lock.example:4000', name: 'Hotel', encoders }],
  })
  const folder = mkdtempSync(join(tmpdir(), 'desk-devices-'))
  const journal = openJournal({ path: join(folder, 'journal.db') })
  const desk = await openEmulatedDevices(config, await encoderSettings(config, createLayouts([])), {
    ...ports,
    journal,
  })
  onTestFinished(async () => {
    await desk.close()
    journal.close()
    rmSync(folder, { recursive: true })
  })
  await reach(desk, 'ready')
  const ids = desk.list().map(({ encoderId }) => encoderId)
  const claim = { orderId: OrderId.parse('order-1'), owner: 'a test', isFirst: false }
  const signal = new AbortController().signal
  const lease = asKeys(await desk.lease(ids, claim, signal))
  const making = lease.device.makeKey('1', keyOrder, { signal, beforeSending: () => undefined })
  await expect(making).resolves.toHaveProperty('serialNumbers')
  await lease.release()
})

test('a lock system that has not answered a command lately owes an answer, and only that one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'desk-devices-'))
  const journal = openJournal({ path: join(folder, 'journal.db') })
  onTestFinished(() => {
    journal.close()
    rmSync(folder, { recursive: true })
  })
  const peers = [await openLockSystem(), await openLockSystem()]
  const owed: Record<string, boolean | undefined> = {}
  const noting = (name: string, index: number): ConfiguredDevice =>
    link(`tcp://127.0.0.1:${peers[index]?.port}`, {
      name,
      encoders: [{ name: `${name} 1`, address: name }],
      driver: fakeDriver(({ transport, owesAnswer }) => {
        owed[name] = owesAnswer
        return Promise.resolve({ ...createFakeKeySystem(), close: () => transport.close() })
      }, lockManifest),
    })
  const start = async (now: Date): Promise<OpenEncoders> => {
    const wallClock = (): Date => now
    const encoders = await openDeskDevices([noting('Salto', 0), noting('Onity', 1)], {
      ...ports,
      wallClock,
      journal,
    })
    onTestFinished(() => encoders.close())
    await reach(encoders, 'ready')
    return encoders
  }
  const now = new Date()
  const first = await start(now)
  expect(owed).toEqual({ Salto: false, Onity: false })
  const { Salto: encoderId = otherEncoderId } = idsOf(first)
  const order = { ...makeOrder('order-1', 1), encoderIds: [encoderId] }
  journal.accept(order)
  journal.writing(order.orderId, { ...keyIntent, encoderId })
  await first.close()

  await (await start(now)).close()
  expect(owed).toEqual({ Salto: true, Onity: false })
  journal.end(order.orderId, encoderId, {
    kind: 'unknown',
    code: 'outcome_unknown',
    detail: null,
    uid: null,
  })
  await (await start(now)).close()
  expect(owed).toEqual({ Salto: true, Onity: false })
  await (await start(new Date(Date.now() + 600_000))).close()
  expect(owed).toEqual({ Salto: false, Onity: false })
})
