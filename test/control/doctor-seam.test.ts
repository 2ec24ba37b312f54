import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { checkSeamKey } from '../../src/control/doctor/seam.ts'

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
