import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BridgeError, DriverId, type MatchRule } from 'encoder-bridge/driver'
import { expect, onTestFinished, test } from 'vitest'
import type { Candidate } from '../devices/candidate.ts'
import { createFinder, type DeviceSpec } from '../devices/finder.ts'
import { openJournal } from '../journal/journal.ts'
import { createKnownDevices } from './known-devices.ts'
import { adapter } from '../../test/devices/fake-candidates.ts'

const ftdi: MatchRule = {
  transport: 'serial',
  vendorId: '0403',
  productId: '6001',
  isOwn: false,
  note: 'FTDI',
}
const a = adapter('/dev/ttyUSB0', { serialNumber: 'AAA111', usbPath: '1-1' })
const b = adapter('/dev/ttyUSB1', { serialNumber: 'BBB222', usbPath: '1-2' })

const spec = (name: string, path: string | null): DeviceSpec => ({
  name,
  path,
  match: null,
  manifest: { id: DriverId.parse('fake'), transports: ['serial'], match: [ftdi] },
})

/** The daemon's starts over one journal: each chooses ids, then finds and confirms every device that it can. */
const openDesk = () => {
  const folder = mkdtempSync(join(tmpdir(), 'known-'))
  const journal = openJournal({ path: join(folder, 'journal.db') })
  onTestFinished(() => {
    journal.close()
    rmSync(folder, { recursive: true })
  })
  const start = async (specs: readonly DeviceSpec[], plugged: readonly Candidate[]) => {
    const known = createKnownDevices(specs, journal)
    const finder = createFinder(specs, {
      inventory: { look: () => Promise.resolve(plugged), current: () => plugged, failure: () => null },
      known,
      resolveLink: (path) => Promise.resolve(path),
      exists: (path) => Promise.resolve(path.startsWith('/tmp/')),
    })
    const ids = await known.chooseIds(finder)
    const ends: Record<string, string> = {}
    for (const { name } of specs) {
      ends[name] = await finder.find(name).then(
        (found) => {
          finder.confirm(name, [found.identity])
          return found.path
        },
        (error: BridgeError) => error.code,
      )
    }
    return { ids, finder, ends }
  }
  return { journal, start }
}

test('an encoder keeps its id whatever path its device has, and whatever path the configuration names', async () => {
  const { start } = openDesk()
  const first = await start([spec('Desk', '/dev/ttyUSB0')], [a])
  const moved = await start([spec('Desk', '/dev/ttyUSB0')], [{ ...a, path: '/dev/ttyUSB5', usbPath: '3-1' }])
  const edited = await start([spec('Desk', '/dev/ttyUSB5')], [])
  expect(moved.ends).toEqual({ Desk: '/dev/ttyUSB5' })
  expect([moved, edited].map(({ ids }) => ids.get('Desk'))).toEqual([
    first.ids.get('Desk'),
    first.ids.get('Desk'),
  ])
})

test('an encoder that is called another name keeps its id while it is connected', async () => {
  const { start } = openDesk()
  const before = await start([spec('Desk', null)], [a])
  const after = await start([spec('Reception', null)], [a])
  expect(after.ends).toEqual({ Reception: '/dev/ttyUSB0' })
  expect(after.ids.get('Reception')).toBe(before.ids.get('Desk'))
})

test('an id that was kept by path becomes that of the device', async () => {
  const { journal, start } = openDesk()
  const old = journal.encoderIdOf('path:/dev/ttyUSB0')
  const { ids } = await start([spec('Desk', '/dev/ttyUSB0')], [a])
  expect(ids.get('Desk')).toBe(old)
  expect(journal.knownEncoder('usb:0403:6001:AAA111')).toBe(old)
})

test('a device without an identity keeps its id by its path', async () => {
  const { journal, start } = openDesk()
  const old = journal.encoderIdOf('path:/tmp/encoder')
  const { ids, ends } = await start([spec('Desk', '/tmp/encoder')], [])
  expect(ends).toEqual({ Desk: '/tmp/encoder' })
  expect(ids.get('Desk')).toBe(old)
  expect(journal.knownEncoder('path:/tmp/encoder')).toBe(old)
})

test('an encoder that was never met has its id before its device comes, and keeps it then', async () => {
  const { start } = openDesk()
  const before = await start([spec('Desk', null)], [])
  const after = await start([spec('Desk', null)], [a])
  expect(after.ids.get('Desk')).toBe(before.ids.get('Desk'))
})

test('a stranger that is accepted bears the id of the encoder, in the next start too', async () => {
  const { start } = openDesk()
  const first = await start([spec('Desk', null)], [a])
  const second = await start([spec('Desk', null)], [b])
  expect(second.ends).toEqual({ Desk: 'device_quarantined' })
  expect(second.finder.accept('Desk')).toBe(true)
  const third = await start([spec('Desk', null)], [b])
  expect(third.ends).toEqual({ Desk: '/dev/ttyUSB1' })
  expect(third.ids.get('Desk')).toBe(first.ids.get('Desk'))
})

test('twins keep their ids when they have changed places', async () => {
  const { start } = openDesk()
  const specs = [spec('Desk 1', '/dev/ttyUSB0'), spec('Desk 2', '/dev/ttyUSB1')]
  const first = await start(specs, [a, b])
  const swapped = await start(specs, [
    { ...a, path: '/dev/ttyUSB1' },
    { ...b, path: '/dev/ttyUSB0' },
  ])
  expect(swapped.ends).toEqual({ 'Desk 1': '/dev/ttyUSB1', 'Desk 2': '/dev/ttyUSB0' })
  expect([...swapped.ids]).toEqual([...first.ids])
})

test('what is on a network has its id by its name, and leaves nothing behind in the journal but that', async () => {
  const { journal, start } = openDesk()
  const at = (path: string): DeviceSpec => ({
    ...spec('Salto', path),
    manifest: { id: DriverId.parse('fake'), transports: ['tcp', 'serial'], match: [] },
  })
  const first = await start([at('tcp://old.example:4000')], [])
  const moved = await start([at('tcp://new.example:4000')], [])
  expect(moved.ends).toEqual({ Salto: 'tcp://new.example:4000' })
  expect(moved.finder.identityAt('Salto')).toBe('path:tcp://new.example:4000')
  expect(moved.ids.get('Salto')).toBe(first.ids.get('Salto'))
  expect(journal.identityAt('Salto')).toBeNull()
})
