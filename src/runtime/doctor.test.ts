import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openControl } from '../../test/support/fake-control-ports.ts'
import { openJournal } from '../journal/journal.ts'
import { journalPath } from './data-dir.ts'
import { doctor } from './doctor.ts'

const checksOf = async (dataDir: string, configPath: string | null = null) =>
  new Map((await doctor({ dataDir, configPath })).checks.map((check) => [check.name, check]))

test('by another configuration, a daemon on any port is told as running, and tells what it alone can', async () => {
  await using control = await openControl()
  const journal = openJournal({ path: journalPath(control.dataDir) })
  onTestFinished(() => journal.close())
  const config = join(control.dataDir, 'other.yaml')
  writeFileSync(config, '')
  const checks = await checksOf(control.dataDir, config)
  expect(checks.get('daemon')).toMatchObject({
    status: 'ok',
    message: `Version 1.2.3 answers at port ${control.port}.`,
  })
  expect(checks.get('journal')).toBeUndefined()
  expect(checks.get('pairing')?.message).toBe('Paired with http://127.0.0.1:27412.')
  expect(checks.get('results')?.message).toContain('Waiting for the hub: 2,')
})

test('without a daemon the journal is read, and left alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const journal = openJournal({ path: journalPath(folder) })
  const whom = { bridgeId: 'b', acsSystemId: 's', token: 't', machine: [] }
  journal.setPairing({ hubEndpoint: 'http://127.0.0.1:1', ...whom })
  journal.close()
  const checks = await checksOf(folder)
  expect(checks.get('pairing')?.message).toBe('Paired with http://127.0.0.1:1.')
  expect(checks.get('results')?.message).toBe('The hub has every result.')
})

test('in REST mode the results of an earlier pairing are told, and Seam is asked as the daemon asks it', async () => {
  await using control = await openControl()
  const config = join(control.dataDir, 'rest.yaml')
  const seam = {
    apiKeyFile: join(control.dataDir, 'seam-key'),
    endpoint: 'https://127.0.0.1:1',
    caFile: join(control.dataDir, 'ca.pem'),
  }
  writeFileSync(config, JSON.stringify({ seam, hub: { caFile: join(control.dataDir, 'hub-ca.pem') } }))
  const checks = await checksOf(control.dataDir, config)
  expect(checks.get('results')).toMatchObject({
    status: 'warning',
    message: 'Results of an earlier pairing that its hub was never told: 2. In REST mode nobody tells it.',
  })
  expect(checks.get('seam')).toMatchObject({
    status: 'failed',
    message: expect.stringContaining(`seam.caFile ${seam.caFile} cannot be used`),
  })
  expect(checks.get('hub')).toBeUndefined()
})
