import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { expect, test } from 'vitest'
import { askHub } from '../../test/hub/hub-fixture.ts'
import { BridgeError } from '../contract/errors.ts'
import { startHub } from '../hub/hub.ts'
import { openJournal } from '../journal/journal.ts'
import { createPairing } from './pairing.ts'

const network = { ca: null, proxy: null, noProxy: '' }

test('a pairing that cannot be kept is told as failed, whoever claimed the code', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'pairing-'))
  const logger = pino({ level: 'silent' })
  const hub = await startHub({ dataDir: join(dir, 'hub'), port: 0, seed: 'demo', logger })
  const journal = openJournal({ path: join(dir, 'journal.db') })
  const full = {
    ...journal,
    setPairing: () => {
      throw new BridgeError('data_unwritable', 'The disk is full.')
    },
  }
  const pairing = createPairing(full, network, () => undefined)
  const wanted = { hubEndpoint: hub.endpoint, enrolmentToken: null, acsSystemId: null }
  const failed = { state: 'failed', error: { code: 'data_unwritable' } }

  expect(await pairing.start({ ...wanted, apiKey: hub.apiKey })).toMatchObject(failed)

  const shown = await pairing.start({ ...wanted, apiKey: null })
  const pairing_code = shown.state === 'pending' ? shown.code : ''
  expect((await askHub(hub.endpoint, '/bridges/claim', { pairing_code }, hub.apiKey)).status).toBe(200)
  await expect.poll(() => pairing.view(), { timeout: 10_000 }).toMatchObject(failed)

  pairing.close()
  journal.close()
  await hub.close()
  await rm(dir, { recursive: true })
})
