import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { drivers, loadDriver } from '../../drivers/index.ts'
import { describeDriver } from './kit.ts'

const folder = new URL('../../drivers/', import.meta.url)

for (const [id, load] of drivers) describeDriver(id, load, new URL(`${id}/`, folder))

test('the registry names every driver folder, and at least one', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => name).toSorted()).toEqual([...drivers.keys()].toSorted())
  expect(drivers.size).toBeGreaterThan(0)
})

test('no two drivers claim the same USB identity', async () => {
  const claims: string[] = []
  for (const load of drivers.values()) {
    const { manifest } = await load()
    claims.push(...manifest.usb.map(({ vendorId, productId }) => `${vendorId}:${productId}`))
  }
  expect(new Set(claims).size).toBe(claims.length)
})

test('an unknown driver is refused, and the message lists those that exist', async () => {
  const refused = loadDriver('toaster')
  await expect(refused).rejects.toSatisfy((error) => isBridgeError(error, 'driver_unknown'))
  await expect(refused).rejects.toThrow('pn532')
  expect((await loadDriver('pn532')).manifest.id).toBe('pn532')
})
