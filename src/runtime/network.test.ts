import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { privateAuthority, testCertificate } from '../../test/support/tls-certificate.ts'
import { Config } from '../config/schema.ts'
import { readHubDate } from '../seam/hub-date.ts'
import { networkOf, networkToHub } from './network.ts'

const apiKeyFile = '/etc/encoder-bridge/seam-key'

/** Files with the authority of the server, and with another one. */
const authorities = () => {
  const folder = mkdtempSync(join(tmpdir(), 'network-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [right, wrong] = [join(folder, 'right.pem'), join(folder, 'wrong.pem')]
  writeFileSync(right, privateAuthority.ca)
  writeFileSync(wrong, testCertificate.cert)
  return { right, wrong }
}

test('in REST mode Seam is trusted by seam.caFile alone, and a hub by hub.caFile', async () => {
  const server = createServer(privateAuthority, (_request, response) => response.end('{}'))
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { right, wrong } = authorities()
  const ask = (network: ReturnType<typeof networkOf>): Promise<string | null> =>
    readHubDate(endpoint, network, AbortSignal.timeout(10_000))

  const both = Config.parse({ seam: { apiKeyFile, caFile: right }, hub: { caFile: wrong } })
  expect(await ask(networkOf(both, {}))).not.toBeNull()
  await expect(ask(networkToHub(both, {}))).rejects.toMatchObject({ code: 'hub_unreachable' })
  const hubs = Config.parse({ seam: { apiKeyFile }, hub: { caFile: right } })
  await expect(ask(networkOf(hubs, {}))).rejects.toMatchObject({ code: 'hub_unreachable' })
  expect(await ask(networkOf({ hub: hubs.hub }, {}))).not.toBeNull()
})

test.each(['hub', 'seam'])('a file of no use is named by its setting of %s', (whose) => {
  const config = Config.parse({
    ...(whose === 'seam' && { seam: { apiKeyFile, caFile: '/nowhere/ca.pem' } }),
    ...(whose === 'hub' && { hub: { caFile: '/nowhere/ca.pem' } }),
  })
  expect(() => networkOf(config, {})).toThrow(`${whose}.caFile /nowhere/ca.pem cannot be used`)
})
