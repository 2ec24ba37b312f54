import { DriverId, type MatchRule } from 'encoder-bridge/driver'
import { describe, expect, test } from 'vitest'
import { adapter, hidDevice, reader } from './fake-candidates.ts'
import { a, b, isA, isB, look, spec } from './finder-bench.ts'

describe('a device that was set up', () => {
  test('is found wherever it is, whatever its path was', async () => {
    const moved = { ...a, path: '/dev/ttyUSB7', usbPath: '2-1' }
    const { finder } = look(
      [spec('Desk', { path: '/dev/ttyUSB0' })],
      [{ ...b, path: '/dev/ttyUSB0' }, moved],
      {
        Desk: isA,
      },
    )
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/ttyUSB7', identity: isA })
  })

  test('keeps its name when two have changed places', async () => {
    const specs = [spec('Desk 1', { path: '/dev/ttyUSB0' }), spec('Desk 2', { path: '/dev/ttyUSB1' })]
    const swapped = [
      { ...a, path: '/dev/ttyUSB1' },
      { ...b, path: '/dev/ttyUSB0' },
    ]
    const { finder } = look(specs, swapped, { 'Desk 1': isA, 'Desk 2': isB })
    expect(await finder.find('Desk 1')).toMatchObject({ path: '/dev/ttyUSB1' })
    expect(await finder.find('Desk 2')).toMatchObject({ path: '/dev/ttyUSB0' })
  })

  test('keeps the face that it was opened by: one that types is not read as a HID device later', async () => {
    const told = { vendorId: '05e0', productId: '1200', serialNumber: 'K17X', usbPath: '1-5' }
    const faces = [
      hidDevice('/dev/hidraw0', { ...told, usagePage: 1, usage: 6 }),
      adapter('/dev/input/event4', { ...told, transport: 'keyboard' }),
    ]
    const manifest = {
      id: DriverId.parse('scan'),
      transports: ['hid' as const, 'keyboard' as const],
      match: [],
    }
    const specs = [spec('Lobby', { path: '/dev/input/event4', manifest })]
    const { finder, state } = look(specs, faces)
    const found = await finder.find('Lobby')
    finder.confirm('Lobby', [found.identity])
    found.giveBack()
    const event = faces[1] ?? a
    state.plugged = [faces[0] ?? a, { ...event, path: '/dev/input/event9' }]
    expect(await finder.find('Lobby')).toMatchObject({ transport: 'keyboard', path: '/dev/input/event9' })
  })

  test('is opened by the face that the configuration names, as long as that is there', async () => {
    const told = { serialNumber: 'P1X9', usbPath: '1-4' }
    const faces = ['/dev/hidraw0', '/dev/hidraw1'].map((path) => hidDevice(path, told))
    const manifest = { id: DriverId.parse('scan'), transports: ['hid' as const], match: [] }
    const { finder } = look([spec('Desk', { path: '/dev/hidraw1', manifest })], faces, {
      Desk: 'usb:0c27:3bfa:P1X9',
    })
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/hidraw1' })
  })

  test('that is not connected is absent, and named', async () => {
    const { finder } = look([spec('Desk')], [], { Desk: isA })
    await expect(finder.find('Desk')).rejects.toMatchObject({
      code: 'device_absent',
      detail: `The device that was set up here (${isA}) is not connected.`,
    })
  })

  test('is not replaced by another one in its place, until that is accepted', async () => {
    const stranger = { ...b, path: '/dev/ttyUSB0' }
    const { finder, known } = look([spec('Desk', { path: '/dev/ttyUSB0' })], [stranger], { Desk: isA })
    await expect(finder.find('Desk')).rejects.toMatchObject({
      code: 'device_quarantined',
      detail: `${isA} was set up here; connected is /dev/ttyUSB0 (FTDI FT232R, serial number BBB222, port 1-2).`,
    })
    expect(known.get('Desk')).toBe(isA)
    expect(finder.accept('Desk')).toBe(true)
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/ttyUSB0', identity: isB })
  })

  test('is not replaced by a pseudoterminal at its path', async () => {
    const { finder, state } = look([spec('Desk', { path: '/dev/ttyUSB0' })], [], { Desk: isA })
    state.unlisted.push('/dev/ttyUSB0')
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'device_quarantined' })
  })

  test('by its port is not replaced by its twin in the next port', async () => {
    const twin = adapter('/dev/ttyUSB0', { vendorId: '1a86', productId: '7523', usbPath: '1-2' })
    const ch340: MatchRule = {
      transport: 'serial',
      vendorId: '1a86',
      productId: '7523',
      isOwn: false,
      note: 'CH340',
    }
    const { finder } = look([spec('Desk', { rules: [ch340] })], [twin], { Desk: 'port:1-1:1a86:7523' })
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'device_quarantined' })
  })

  test('can’t be replaced by one of several: they must be told apart first', async () => {
    const { finder } = look([spec('Desk')], [b, { ...a, serialNumber: 'CCC333', usbPath: '1-5' }], {
      Desk: isA,
    })
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'device_quarantined' })
    expect(finder.accept('Desk')).toBe(false)
  })

  test('is quarantined no longer when it is back', async () => {
    const { finder, state, known } = look([spec('Desk')], [b], { Desk: isA })
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'device_quarantined' })
    state.plugged = [a]
    await finder.find('Desk')
    finder.confirm('Desk', [isA])
    expect(finder.accept('Desk')).toBe(false)
    expect(known.get('Desk')).toBe(isA)
  })
})

describe('when a device was opened', () => {
  test('the best that is known of it is frozen', () => {
    const { finder, known } = look([spec('Desk')], [a])
    finder.confirm('Desk', [isA, 'told:fake:S9'])
    expect(known.get('Desk')).toBe(isA)
  })

  test('a place gives way to what the device is', () => {
    const { finder, known } = look([spec('Desk')], [a], { Desk: 'path:/dev/ttyUSB0' })
    finder.confirm('Desk', [isA])
    expect(known.get('Desk')).toBe(isA)
  })

  test('one that tells another serial number than the one that was set up is quarantined', () => {
    const { finder, known } = look([spec('Desk')], [], { Desk: 'told:fake:S9' })
    expect(() => finder.confirm('Desk', ['told:fake:S8', 'path:/dev/ttyS0'])).toThrow(
      expect.objectContaining({ code: 'device_quarantined' }),
    )
    expect(finder.accept('Desk')).toBe(true)
    expect(known.get('Desk')).toBe('told:fake:S8')
  })

  test('it is gone when the lists no longer have it, or have another one in its place', async () => {
    const { finder, state } = look([spec('Desk')], [a])
    const found = await finder.find('Desk')
    expect(found.isThere()).toBe(true)
    state.plugged = [{ ...b, path: '/dev/ttyUSB0' }]
    expect(found.isThere()).toBe(false)
  })
})

test('paths that were exchanged in the configuration are exchanged, and keep nobody out', async () => {
  const lines = ['/dev/ttyS0', '/dev/ttyS1'].map((path) => adapter(path, { vendorId: null, productId: null }))
  const specs = [spec('Desk 1', { path: '/dev/ttyS1' }), spec('Desk 2', { path: '/dev/ttyS0' })]
  const { finder } = look(specs, lines, { 'Desk 1': 'path:/dev/ttyS0', 'Desk 2': 'path:/dev/ttyS1' })
  expect(await finder.find('Desk 1')).toMatchObject({ path: '/dev/ttyS1' })
  expect(await finder.find('Desk 2')).toMatchObject({ path: '/dev/ttyS0' })
})

test('twins that only their place tells apart are found at their places again', async () => {
  const manifest = {
    id: DriverId.parse('pcsc'),
    transports: ['pcsc' as const],
    match: [{ transport: 'pcsc' as const, readerName: 'ACR122', isOwn: true, note: 'ACR122U' }],
  }
  const readers = [reader('ACS ACR122U 00 00'), reader('ACS ACR122U 01 00')]
  const specs = [spec('Desk 1', { manifest }), spec('Desk 2', { manifest })]
  const { finder } = look(specs, readers)
  await expect(finder.find('Desk 1')).rejects.toMatchObject({ code: 'device_ambiguous' })
  for (const [index, name] of ['Desk 2', 'Desk 1'].entries()) {
    const candidate = readers[index]
    if (candidate !== undefined) finder.setUp(name, candidate)
  }
  expect(await finder.find('Desk 1')).toMatchObject({ path: 'ACS ACR122U 01 00' })
  expect(await finder.find('Desk 2')).toMatchObject({ path: 'ACS ACR122U 00 00' })
})
