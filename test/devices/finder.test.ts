import { BridgeError, DriverId, type MatchRule } from 'encoder-bridge/driver'
import { describe, expect, test } from 'vitest'
import { adapter, hidDevice, reader } from './fake-candidates.ts'
import { a, b, ftdi, isA, isB, look, spec, twn4 } from './finder-bench.ts'

describe('at first sight a device is selected', () => {
  test('by its path', async () => {
    const { finder } = look([spec('Desk', { path: '/dev/ttyUSB1' })], [a, b])
    expect(await finder.find('Desk')).toMatchObject({
      transport: 'serial',
      path: '/dev/ttyUSB1',
      identity: isB,
    })
  })

  test('by a link to its path', async () => {
    const { finder, state } = look([spec('Desk', { path: '/dev/serial/by-id/x' })], [a, b])
    state.links['/dev/serial/by-id/x'] = '/dev/ttyUSB1'
    expect(await finder.find('Desk')).toMatchObject({ identity: isB })
  })

  test('by a path that no list tells of, like a pseudoterminal', async () => {
    const { finder, state } = look([spec('Desk', { path: '/tmp/encoder' })], [a])
    state.unlisted.push('/tmp/encoder')
    expect(await finder.find('Desk')).toMatchObject({ path: '/tmp/encoder', identity: 'path:/tmp/encoder' })
  })

  test.each([
    ['its serial number', { serialNumber: 'BBB222' }],
    ['its port', { usbPath: '1-2' }],
    ['its kind and port', { vendorId: '0403', productId: '6001', usbPath: '1-2' }],
  ])('by %s', async (_, match) => {
    const { finder } = look([spec('Desk', { match })], [a, b])
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/ttyUSB1' })
  })

  test('by a part of its reader’s name', async () => {
    const manifest = { id: DriverId.parse('pcsc'), transports: ['pcsc' as const], match: [] }
    const readers = [reader('ACS ACR122U 00 00'), reader('OMNIKEY 5022 01 00')]
    const { finder } = look([spec('Desk', { match: { readerName: 'OMNIKEY' }, manifest })], readers)
    expect(await finder.find('Desk')).toMatchObject({ path: 'OMNIKEY 5022 01 00' })
  })

  test('by its driver’s rules when one device fits', async () => {
    const { finder } = look([spec('Desk')], [a])
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/ttyUSB0' })
  })

  test('by an identity of its own before one that others share', async () => {
    const own = adapter('/dev/ttyACM0', { vendorId: '09d8', productId: '0420', usbPath: '1-3' })
    const { finder } = look([spec('Desk', { rules: [ftdi, twn4] })], [a, own])
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/ttyACM0' })
  })

  test('with the face that its driver speaks to', async () => {
    const faces = [
      hidDevice('/dev/hidraw0', { usbPath: '1-4', usagePage: 1, usage: 6 }),
      hidDevice('/dev/hidraw1', { usbPath: '1-4', usagePage: 0xff00, usage: 1 }),
    ]
    const rule: MatchRule = {
      transport: 'hid',
      vendorId: '0c27',
      productId: '3bfa',
      usagePage: 0xff00,
      isOwn: true,
      note: 'pcProx',
    }
    const manifest = { id: DriverId.parse('pcprox'), transports: ['hid' as const], match: [rule] }
    const { finder } = look([spec('Desk', { manifest })], faces)
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/hidraw1' })
  })
})

describe('what is not told apart is not touched:', () => {
  test('several that fit are listed', async () => {
    const { finder } = look([spec('Desk')], [a, b])
    await expect(finder.find('Desk')).rejects.toMatchObject({
      code: 'device_ambiguous',
      detail:
        'It could be: /dev/ttyUSB0 (FTDI FT232R, serial number AAA111, port 1-1); /dev/ttyUSB1 (FTDI FT232R, serial number BBB222, port 1-2).',
    })
  })

  test('one that two encoders could mean is told to both', async () => {
    const { finder } = look([spec('Desk 1'), spec('Desk 2')], [a])
    for (const name of ['Desk 1', 'Desk 2']) {
      await expect(finder.find(name)).rejects.toMatchObject({ code: 'device_ambiguous' })
    }
  })

  test('twins with one serial number are alike, and their ports tell them apart', async () => {
    const told = { serialNumber: 'SAME77' }
    const twins = [
      adapter('/dev/ttyUSB0', { ...told, usbPath: '1-1' }),
      adapter('/dev/ttyUSB1', { ...told, usbPath: '1-2' }),
    ]
    const { finder } = look([spec('Desk', { match: told })], twins)
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'device_ambiguous' })
    const { finder: byPort } = look([spec('Desk', { match: { usbPath: '1-2' } })], twins)
    expect(await byPort.find('Desk')).toMatchObject({ path: '/dev/ttyUSB1', identity: 'port:1-2:0403:6001' })
  })

  test('a device that others name by path is left to them', async () => {
    const { finder } = look([spec('Desk 1'), spec('Desk 2', { path: '/dev/ttyUSB1' })], [a, b])
    expect(await finder.find('Desk 1')).toMatchObject({ path: '/dev/ttyUSB0' })
  })
})

describe('one device is never for two:', () => {
  test('two paths that lead to it', async () => {
    const { finder, state } = look(
      [spec('Desk 1', { path: '/dev/ttyUSB0' }), spec('Desk 2', { path: '/dev/by-id/x' })],
      [a],
    )
    state.links['/dev/by-id/x'] = '/dev/ttyUSB0'
    await finder.find('Desk 1')
    await expect(finder.find('Desk 2')).rejects.toMatchObject({
      code: 'device_busy',
      detail: '/dev/ttyUSB0 (FTDI FT232R, serial number AAA111, port 1-1) is the device of “Desk 1”.',
    })
  })

  test('two links to one pseudoterminal', async () => {
    const { finder, state } = look(
      [spec('Desk 1', { path: '/tmp/x' }), spec('Desk 2', { path: '/tmp/y' })],
      [],
    )
    state.unlisted.push('/tmp/x', '/tmp/y')
    state.links = { '/tmp/x': '/dev/pts/3', '/tmp/y': '/dev/pts/3' }
    const found = await finder.find('Desk 1')
    await expect(finder.find('Desk 2')).rejects.toMatchObject({ code: 'device_busy' })
    found.giveBack()
    expect(await finder.find('Desk 2')).toMatchObject({ path: '/tmp/y' })
  })

  test('one that is set up for another encoder, even while that one does not run', async () => {
    const { finder } = look([spec('Desk 1'), spec('Desk 2', { path: '/dev/ttyUSB0' })], [a], {
      'Desk 1': isA,
    })
    await expect(finder.find('Desk 2')).rejects.toMatchObject({ code: 'device_busy' })
  })

  test('one that is only looked at', async () => {
    const { finder } = look([spec('Desk')], [a])
    const visit = finder.take(a)
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'device_absent' })
    expect(finder.unclaimed()).toEqual([])
    visit.giveBack()
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/ttyUSB0' })
  })
})

describe('what is absent says why:', () => {
  test('a path that leads nowhere', async () => {
    const { finder } = look([spec('Desk', { path: '/dev/ttyUSB9' })], [a])
    await expect(finder.find('Desk')).rejects.toMatchObject({
      code: 'device_absent',
      detail: 'There is no /dev/ttyUSB9.',
    })
  })

  test('a library that does not load', async () => {
    const { finder, state } = look([spec('Desk')], [])
    state.failure = new BridgeError('driver_unavailable', 'libusb-1.0-0 is missing.')
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'driver_unavailable' })
  })

  test('a smart-card service that does not run, also for a reader that is named', async () => {
    const manifest = { id: DriverId.parse('pcsc'), transports: ['pcsc' as const], match: [] }
    const { finder, state } = look([spec('Desk', { path: 'ACS ACR122U 00 00', manifest })], [])
    state.failure = new BridgeError('pcsc_unavailable')
    await expect(finder.find('Desk')).rejects.toMatchObject({ code: 'pcsc_unavailable' })
  })

  test('a name that is not in the configuration', () => {
    const { finder } = look([], [])
    expect(() => finder.candidatesOf('Desk')).toThrow(expect.objectContaining({ code: 'encoder_unknown' }))
  })
})

describe('what is on a network', () => {
  const tcp = { id: DriverId.parse('salto'), transports: ['tcp' as const, 'serial' as const], match: [] }

  test.each([
    ['tcp://lock.example:4000', 'tcp'],
    ['tcp-listen://0.0.0.0:4000?from=lock.example', 'tcp'],
    ['https://lock.example', 'http'],
  ] as const)('is where the configuration says, whatever is plugged in: %s', async (path, transport) => {
    const manifest = { ...tcp, transports: [transport] }
    const { finder } = look([spec('Salto', { path, manifest, rules: [ftdi] })], [a])
    const found = await finder.find('Salto')
    expect(found).toMatchObject({ transport, path, identity: `path:${path}` })
    expect(found.isThere()).toBe(true)
    expect(finder.candidatesOf('Salto')).toEqual([])
    expect(finder.unclaimed()).toEqual([a])
    expect(finder.accept('Salto')).toBe(false)
  })

  test('is another place with another host, and nobody has to accept it', async () => {
    const path = 'tcp://new.example:4000'
    const { finder, known } = look([spec('Salto', { path, manifest: tcp })], [a], { Salto: isA })
    const found = await finder.find('Salto')
    finder.confirm('Salto', [found.identity])
    expect(known.get('Salto')).toBe(`path:${path}`)
  })

  test('leaves an adapter that it was once behind to others', async () => {
    const salto = spec('Salto', { path: 'tcp://new.example:4000', manifest: tcp })
    const { finder } = look([salto, spec('Desk')], [a], { Salto: isA })
    expect(await finder.find('Desk')).toMatchObject({ path: '/dev/ttyUSB0' })
  })

  test('is the device of one alone', async () => {
    const path = 'tcp://lock.example:4000'
    const { finder } = look([spec('Salto', { path, manifest: tcp })], [])
    const found = await finder.find('Salto')
    await expect(finder.find('Salto')).rejects.toMatchObject({ code: 'device_busy' })
    found.giveBack()
    expect(await finder.find('Salto')).toMatchObject({ path })
  })

  test('is refused to a driver that is not reached so', async () => {
    const { finder } = look([spec('Desk', { path: 'tcp://lock.example:4000' })], [a])
    await expect(finder.find('Desk')).rejects.toMatchObject({
      code: 'not_supported',
      detail: 'The driver fake is not reached over tcp.',
    })
  })

  test('may be on a serial line instead, listed or not', async () => {
    const { finder, state } = look(
      [
        spec('Salto', { path: '/dev/ttyUSB0', manifest: tcp }),
        spec('Onity', { path: '/tmp/onity', manifest: tcp }),
      ],
      [a],
    )
    state.unlisted.push('/tmp/onity')
    expect(await finder.find('Salto')).toMatchObject({ transport: 'serial', identity: isA })
    expect(await finder.find('Onity')).toMatchObject({ transport: 'serial', path: '/tmp/onity' })
  })
})

describe('a scanner on Bluetooth, which is listed as a HID device and as a keyboard', () => {
  // On no port, and the keyboard does not tell its maker (src/transport/keyboard-list.ts).
  const told = { serialNumber: 'A4:C1:38:00:12:34', usbPath: null }
  const keyboard = adapter('/dev/input/event7', {
    ...told,
    transport: 'keyboard',
    vendorId: null,
    productId: null,
  })
  const hid = (usagePage: number, usage: number) =>
    hidDevice('/dev/hidraw3', { ...told, vendorId: '05e0', productId: '2100', usagePage, usage })
  const manifest = {
    id: DriverId.parse('scan'),
    transports: ['hid' as const, 'keyboard' as const],
    match: [{ transport: 'hidUsage' as const, usagePage: 0x8c, usage: 2, isOwn: true, note: 'HID POS' }],
  }
  const match = { serialNumber: told.serialNumber }

  test('is one device; where it types it is read as a keyboard', async () => {
    const { finder } = look([spec('Lobby', { match, manifest })], [hid(1, 6), keyboard])
    expect(await finder.find('Lobby')).toMatchObject({ transport: 'keyboard', path: '/dev/input/event7' })
  })

  test('is one device; where it has a face for scanners, that is read', async () => {
    const { finder } = look([spec('Lobby', { match, manifest })], [keyboard, hid(0x8c, 2)])
    expect(await finder.find('Lobby')).toMatchObject({ transport: 'hid', path: '/dev/hidraw3' })
  })

  test('is not taken for another one', async () => {
    const other = { ...keyboard, path: '/dev/input/event8', serialNumber: 'A4:C1:38:00:99:99' }
    const { finder } = look([spec('Lobby', { match, manifest })], [hid(1, 6), keyboard, other])
    expect(await finder.find('Lobby')).toMatchObject({ path: '/dev/input/event7' })
    const twins = [keyboard, { ...keyboard, path: '/dev/input/event8' }]
    const { finder: alike } = look([spec('Lobby', { match, manifest })], twins)
    await expect(alike.find('Lobby')).rejects.toMatchObject({ code: 'device_ambiguous' })
  })
})
