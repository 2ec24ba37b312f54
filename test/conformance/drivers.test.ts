import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { capabilityTable } from '../../docs/capability-table.ts'
import { drivers, loadDriver } from '../../drivers/index.ts'
import { describeDriver } from './kit.ts'
import { findConflicts } from './match-rules.ts'

const folder = new URL('../../drivers/', import.meta.url)

for (const [id, load] of drivers) describeDriver(id, load, new URL(`${id}/`, folder))

test('the registry names every driver folder, and at least one', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => name).toSorted()).toEqual([...drivers.keys()].toSorted())
  expect(drivers.size).toBeGreaterThan(0)
})

test('no device is claimed by two drivers, unless both say that others share its identity', async () => {
  const loaded = await Promise.all([...drivers.values()].map((load) => load()))
  expect(findConflicts(loaded.map(({ manifest }) => manifest))).toEqual([])
})

test('the capability table has a row for each driver', async () => {
  const loaded = await Promise.all([...drivers.values()].map((load) => load()))
  const table = capabilityTable(loaded.map(({ manifest }) => manifest))
  process.stdout.write(`\n${table}\n`)
  expect(table.split('\n').filter((row) => row.startsWith('| '))).toHaveLength(drivers.size + 1)
})

test('an unknown driver is refused, and the message lists those that exist', async () => {
  const refused = loadDriver('toaster')
  await expect(refused).rejects.toSatisfy((error) => isBridgeError(error, 'driver_unknown'))
  await expect(refused).rejects.toThrow('pn532')
  expect((await loadDriver('pn532')).manifest.id).toBe('pn532')
})
