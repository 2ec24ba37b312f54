import { BridgeError, type MatchRule, OrderId } from 'encoder-bridge/driver'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/devices/candidate.ts'
import { adapter } from './fake-candidates.ts'
import { createFakeCardDevice } from './fake-card-device.ts'
import { idOf, openDeskBench } from './desk-bench.ts'
import { badge, createFakeScanner } from './fake-scanner.ts'

const ftdi: MatchRule = {
  transport: 'serial',
  vendorId: '0403',
  productId: '6001',
  isOwn: false,
  note: 'FTDI',
}
const a = adapter('/dev/ttyUSB0', { serialNumber: 'AAA111', usbPath: '1-1' })
const b = adapter('/dev/ttyUSB1', { serialNumber: 'BBB222', usbPath: '1-2' })
const patience = new AbortController().signal

/** Two boards of one kind, and two encoders that nothing tells apart. */
const openTwins = async () => {
  const boards = [createFakeCardDevice(), createFakeCardDevice()]
  const device = (index: number) => {
    const board = boards[index]
    return board === undefined ? Promise.reject(new Error('none')) : Promise.resolve(board)
  }
  const manifest = { match: [ftdi] }
  const bench = await openDeskBench(
    [
      { name: 'Desk 1', manifest },
      { name: 'Desk 2', manifest },
    ],
    [a, b],
    { '/dev/ttyUSB0': () => device(0), '/dev/ttyUSB1': () => device(1) },
  )
  return { ...bench, boards }
}

describe('twins', () => {
  test('are left alone until somebody tells them apart', async () => {
    const { states, boards } = await openTwins()
    expect(states()).toEqual(['device_ambiguous', 'device_ambiguous'])
    expect(boards.map(({ calls }) => calls)).toEqual([[], []])
  })

  test('are told apart by a card on the one that is called so, and the other one is then the other', async () => {
    const { desk, clock, boards, known, states } = await openTwins()
    const identifying = desk.identify(idOf(0), patience)
    await clock.advance(0)
    expect(boards.map(({ calls }) => calls)).toEqual([['waitForCard'], ['waitForCard']])
    boards[1]?.settle()
    boards[0]?.fail(new BridgeError('aborted'))
    expect(await identifying).toEqual({ kind: 'setUp', encoderId: idOf(0), path: '/dev/ttyUSB1' })
    await clock.advance(10_000)
    expect(states()).toEqual(['ready', 'ready'])
    expect(Object.fromEntries(known)).toEqual({
      'Desk 1': 'usb:0403:6001:BBB222',
      'Desk 2': 'usb:0403:6001:AAA111',
    })
    expect(boards.map(({ isClosed }) => isClosed)).toEqual([true, true])
  })

  test('stay as they are when no card comes', async () => {
    const { desk, clock, boards, known, states } = await openTwins()
    const waited = new AbortController()
    const identifying = desk.identify(idOf(0), waited.signal)
    await clock.advance(0)
    waited.abort()
    for (const board of boards) board.fail(new BridgeError('aborted'))
    await expect(identifying).rejects.toMatchObject({ code: 'aborted' })
    await clock.advance(10_000)
    expect(known.size).toBe(0)
    expect(states()).toEqual(['device_ambiguous', 'device_ambiguous'])
  })

  test('one of which does not answer are told apart by the other', async () => {
    const board = createFakeCardDevice()
    const bench = await openDeskBench([{ name: 'Desk 1', manifest: { match: [ftdi] } }], [a, b], {
      '/dev/ttyUSB0': () => Promise.reject(new BridgeError('device_unresponsive')),
      '/dev/ttyUSB1': () => Promise.resolve(board),
    })
    const identifying = bench.desk.identify(idOf(0), patience)
    await bench.clock.advance(0)
    board.settle()
    expect(await identifying).toMatchObject({ kind: 'setUp', path: '/dev/ttyUSB1' })
  })

  test('of which none answers say why', async () => {
    const bench = await openDeskBench([{ name: 'Desk 1', manifest: { match: [ftdi] } }], [a, b], {
      '/dev/ttyUSB0': () => Promise.reject(new BridgeError('device_denied')),
      '/dev/ttyUSB1': () => Promise.reject(new BridgeError('device_denied')),
    })
    await expect(bench.desk.identify(idOf(0), patience)).rejects.toMatchObject({ code: 'device_denied' })
  })
})

describe('encoders that are ready', () => {
  const openTwo = async (indicators: readonly 'light'[] = []) => {
    const shown: string[] = []
    const board = {
      ...createFakeCardDevice(true),
      waitForCard: ({ signal }: { signal: AbortSignal }) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new BridgeError('aborted')))
        }),
      indicate: (what: string) => {
        shown.push(what)
        return Promise.resolve()
      },
    }
    const scanner = createFakeScanner()
    const bench = await openDeskBench(
      [
        { name: 'Desk', path: '/dev/ttyUSB0', manifest: { indicators: [...indicators] } },
        { name: 'Lobby', path: '/dev/ttyUSB1', manifest: { kind: 'scanner' } },
      ],
      [a, b],
      { '/dev/ttyUSB0': () => Promise.resolve(board), '/dev/ttyUSB1': () => Promise.resolve(scanner) },
    )
    return { ...bench, shown, scanner }
  }

  test('show themselves when they can', async () => {
    const { desk, shown } = await openTwo(['light'])
    expect(await desk.identify(idOf(0), patience)).toEqual({ kind: 'shown', encoderId: idOf(0) })
    expect(shown).toEqual(['identify'])
    expect(desk.list()[0]?.lease).toBeNull()
  })

  test('say which one was shown something, whichever was meant', async () => {
    const { desk, clock, scanner } = await openTwo()
    const identifying = desk.identify(idOf(0), patience)
    await clock.advance(0)
    scanner.show(badge)
    expect(await identifying).toEqual({ kind: 'seen', encoderId: idOf(1) })
    expect(desk.list().map(({ lease }) => lease)).toEqual([null, null])
  })

  test('are left alone while they are in use', async () => {
    const { desk } = await openTwo(['light'])
    const claim = { orderId: OrderId.parse('order-1'), owner: 'Ana', isFirst: false }
    await desk.lease([idOf(0)], claim, patience)
    await expect(desk.identify(idOf(0), patience)).rejects.toMatchObject({
      code: 'device_busy',
      detail: '“Desk” is in use by Ana.',
    })
  })
})

test('accepting where nothing waits to be accepted is refused', async () => {
  const { desk } = await openTwins()
  expect(() => desk.accept(idOf(0))).toThrow(expect.objectContaining({ code: 'request_invalid' }))
})

test('a device that came back meanwhile is not replaced by the one that was shown a card', async () => {
  const plugged: Candidate[] = []
  const stranger = createFakeCardDevice()
  const { desk, clock, known, states } = await openDeskBench(
    [{ name: 'Desk', manifest: { match: [ftdi] } }],
    plugged,
    {
      '/dev/ttyUSB0': () => Promise.resolve(createFakeCardDevice(true)),
      '/dev/ttyUSB1': () => Promise.resolve(stranger),
    },
  )
  known.set('Desk', 'usb:0403:6001:AAA111')
  plugged.push(b)
  await clock.advance(10_000)
  expect(states()).toEqual(['device_quarantined'])
  const identifying = desk.identify(idOf(0), patience)
  await clock.advance(0)
  plugged.push(a)
  await clock.advance(10_000)
  expect(states()).toEqual(['ready'])
  stranger.settle()
  await expect(identifying).rejects.toMatchObject({ code: 'device_busy' })
  expect(known.get('Desk')).toBe('usb:0403:6001:AAA111')
})
