import { BridgeError, OrderId } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { createFakeCardDevice } from './fake-card-device.ts'
import { adapter } from './fake-candidates.ts'
import { asCard, asScanner, idOf, openDeskBench } from './desk-bench.ts'
import { badge, createFakeScanner } from './fake-scanner.ts'

const patience = new AbortController().signal
const claim = { orderId: OrderId.parse('order-1'), owner: 'a test', isFirst: false }

const openScanner = async () => {
  const scanner = createFakeScanner()
  const bench = await openDeskBench(
    [{ name: 'Lobby', path: '/dev/ttyUSB0', manifest: { kind: 'scanner' } }],
    [adapter('/dev/ttyUSB0')],
    { '/dev/ttyUSB0': () => Promise.resolve(scanner) },
  )
  const idle: unknown[] = []
  bench.desk.onScannerRead((event) => idle.push(event))
  return { ...bench, scanner, idle }
}

test('what an idle scanner reads is told with its encoder', async () => {
  const { desk, scanner, idle } = await openScanner()
  expect(desk.list()).toMatchObject([{ kind: 'scanner', state: 'ready', transport: 'serial' }])
  scanner.show(badge)
  expect(idle).toEqual([{ encoderId: idOf(0), read: badge }])
})

test('what a leased scanner reads is its holder’s alone, and after the lease nobody’s but the desk’s', async () => {
  const { desk, scanner, idle } = await openScanner()
  const lease = asScanner(await desk.lease([idOf(0)], claim, patience))
  expect(lease).toMatchObject({ kind: 'scanner', presentation: 'field' })
  const reads: unknown[] = []
  const misreads: unknown[] = []
  lease.device.onRead((read) => reads.push(read))
  lease.device.onMisread((error) => misreads.push(error))
  scanner.show(badge)
  scanner.smudge(new BridgeError('card_unreadable'))
  expect(reads).toEqual([badge])
  expect(misreads).toMatchObject([{ code: 'card_unreadable' }])
  expect(idle).toEqual([])
  await lease.release()
  scanner.show(badge)
  expect(reads).toHaveLength(1)
  expect(idle).toHaveLength(1)
})

test('a holder whose lease is over hears nothing more, and may ask for nothing', async () => {
  const { desk, scanner } = await openScanner()
  const lease = asScanner(await desk.lease([idOf(0)], claim, patience))
  await lease.release()
  const reads: unknown[] = []
  lease.device.onRead((read) => reads.push(read))
  scanner.show(badge)
  expect(reads).toEqual([])
  await expect(lease.device.probe({ signal: patience })).rejects.toMatchObject({ code: 'device_closed' })
})

test('a scanner that is taken over is silent for its former holder at once', async () => {
  const { desk, scanner } = await openScanner()
  const lease = asScanner(await desk.lease([idOf(0)], claim, patience))
  const reads: unknown[] = []
  lease.device.onRead((read) => reads.push(read))
  expect(desk.takeOver(idOf(0), claim.orderId)).toBe(true)
  scanner.show(badge)
  expect(reads).toEqual([])
})

test('a holder that stops hearing leaves the others their hearing', async () => {
  const { desk, scanner } = await openScanner()
  const lease = asScanner(await desk.lease([idOf(0)], claim, patience))
  const reads: unknown[] = []
  const stop = lease.device.onRead(() => undefined)
  lease.device.onRead((read) => reads.push(read))
  stop()
  scanner.show(badge)
  expect(reads).toEqual([badge])
  expect(scanner.listeners()).toBe(1)
})

test('a card that a session is shown is told once for each lease', async () => {
  const { desk } = await openDeskBench([{ name: 'Desk', path: '/dev/ttyUSB0' }], [adapter('/dev/ttyUSB0')], {
    '/dev/ttyUSB0': () => Promise.resolve(createFakeCardDevice(true)),
  })
  const shown: unknown[] = []
  desk.onCard((event) => shown.push(event))
  const lease = asCard(await desk.lease([idOf(0)], claim, patience))
  await lease.device.waitForCard({ signal: patience })
  await lease.device.waitForCard({ signal: patience })
  expect(shown).toEqual([
    {
      encoderId: idOf(0),
      orderId: claim.orderId,
      card: { uid: 'DEADBEEF', technology: 'mifare-classic-1k' },
    },
  ])
})

test('a driver that crashes in a call of the holder ends the call with its name, and the device is opened anew', async () => {
  let opened = 0
  const open = () => {
    opened += 1
    const device = createFakeCardDevice(true)
    return Promise.resolve({
      ...device,
      read: () => {
        throw new TypeError('nothing there')
      },
    })
  }
  const { desk, clock } = await openDeskBench(
    [{ name: 'Desk', path: '/dev/ttyUSB0' }],
    [adapter('/dev/ttyUSB0')],
    { '/dev/ttyUSB0': open },
  )
  const lease = asCard(await desk.lease([idOf(0)], claim, patience))
  const card = await lease.device.waitForCard({ signal: patience })
  const reading = lease.device.read(card, { kind: 'lfBlock', block: 1 }, { signal: patience })
  await expect(reading).rejects.toMatchObject({ code: 'driver_crashed' })
  await lease.release()
  await clock.advance(1_000)
  expect(opened).toBe(2)
  expect(desk.list()[0]?.state).toBe('ready')
})

test('a holder that listens keeps the scanner, however long nothing is shown; one that forgot it does not', async () => {
  const { desk, clock } = await openScanner()
  const lease = asScanner(await desk.lease([idOf(0)], claim, patience))
  const stop = lease.device.onRead(() => undefined)
  await clock.advance(900_000)
  expect(lease.lost.aborted).toBe(false)
  stop()
  await clock.advance(600_000)
  expect(lease.lost.aborted).toBe(true)
})
