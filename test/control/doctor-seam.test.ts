import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { checkOutbox } from '../../src/control/doctor/hub.ts'
import { checkSeam, checkSeamKey } from '../../src/control/doctor/seam.ts'

const seam = { endpoint: 'https://connect.getseam.com', apiKeyFile: '/etc/encoder-bridge/seam-key' }

test('a desk in REST mode is told what a thief of the computer could open', async () => {
  const check = await checkSeamKey(seam, () => Promise.resolve())
  expect(check).toMatchObject({ name: 'seam-key', status: 'warning' })
  expect(check.message).toContain('/etc/encoder-bridge/seam-key')
  expect(check.message).toMatch(/whole Seam workspace.+every door/)
  expect(check.next_step).toContain('revoke the key')
})

test('a key file that others can read fails', async () => {
  const asked: string[] = []
  const check = await checkSeamKey(seam, (file, path) => {
    asked.push(file, path)
    return Promise.reject(new BridgeError('config_invalid', `${file} can be read by others.`))
  })
  expect(asked).toEqual([seam.apiKeyFile, seam.endpoint])
  expect(check).toMatchObject({ name: 'seam-key', status: 'failed' })
  expect(check.message).toContain('can be read by others')
})

test('Seam that can’t be reached is told in Seam’s words, and a fault of the configuration in its own', async () => {
  const unreachable = new BridgeError('hub_unreachable', 'https://connect.getseam.com: self-signed.')
  expect(await checkSeam(seam.endpoint, 0, () => Promise.reject(unreachable))).toMatchObject({
    name: 'seam',
    status: 'failed',
    message: expect.stringContaining('Seam can’t be reached'),
    next_step: expect.stringContaining('seam.endpoint'),
  })
  const wrong = new BridgeError('config_invalid', 'seam.caFile /nowhere cannot be used.')
  const check = await checkSeam(seam.endpoint, 0, () => Promise.reject(wrong))
  expect(check.message).toContain('seam.caFile /nowhere')
})

test('results of a pairing that rests are warned of, however young: nobody will tell its hub', () => {
  const at = '2026-11-23T10:00:00.000Z'
  const check = checkOutbox({ waiting: 3, oldestAt: at, refused: 0 }, Date.parse(at), true)
  expect(check).toMatchObject({ name: 'results', status: 'warning' })
  expect(check.message).toContain('its hub was never told: 3.')
  expect(check.next_step).toContain('Take `seam` out')
  expect(checkOutbox({ waiting: 0, oldestAt: null, refused: 0 }, 0, true).status).toBe('ok')
  expect(checkOutbox(null, 0, true).status).toBe('skipped')
})
