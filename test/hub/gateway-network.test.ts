import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { connectionTo } from '../../src/seam/hub-network.ts'
import type { HubNetwork } from '../../src/seam/hub-network.ts'
import { openConnectProxy } from '../support/connect-proxy.ts'
import { privateAuthority } from '../support/tls-certificate.ts'
import { createFakeClock } from './fake-clock.ts'
import { makeDirectory, SEAM_KEY, upstreamAt, WORKSPACE } from './gateway-rig.ts'
import { openTestHub } from './hub-fixture.ts'

/** A Seam over TLS that a private authority vouches for, and a hotel's proxy that leads to it. */
const openSeam = async () => {
  const seam = createServer(privateAuthority, (request, response) => {
    request.resume()
    response.end(JSON.stringify(request.url === '/workspaces/get' ? WORKSPACE : { asked: request.url }))
  })
  seam.listen(0, '127.0.0.1')
  await once(seam, 'listening')
  onTestFinished(() => void seam.close())
  const { port } = seam.address() as AddressInfo
  const proxy = await openConnectProxy(port)
  return { endpoint: `https://127.0.0.1:${port}`, proxy }
}

const openGateway = async (endpoint: string, network: Partial<HubNetwork>) => {
  const way: HubNetwork = { ca: null, proxy: null, noProxy: '', ...network }
  const gateway = await openTestHub(await makeDirectory(), createFakeClock(), {
    seed: null,
    upstream: { ...upstreamAt(endpoint, SEAM_KEY), connectionTo: (url) => connectionTo(url, way) },
  })
  onTestFinished(() => gateway.close())
  return gateway
}
const { ca } = privateAuthority

test('an upstream behind a proxy is reached through it, calls and what passes through alike', async () => {
  const { proxy } = await openSeam()
  const gateway = await openGateway('https://hub.example', { ca, proxy: new URL(proxy.url) })
  expect(gateway.workspaceId).toBe(WORKSPACE.workspace.workspace_id)
  const answer = await fetch(`${gateway.endpoint}/devices/list?a=1`)
  expect(await answer.json()).toEqual({ asked: '/devices/list?a=1' })
  expect(proxy.asked.map(({ target }) => target)).toEqual(['hub.example:443', 'hub.example:443'])
})

test('an upstream with a certificate that nobody vouches for gets no key', async () => {
  const { endpoint } = await openSeam()
  const gateway = await openGateway(endpoint, {})
  expect(gateway.log.join()).toContain('upstream not reached')
  const answer = await fetch(`${gateway.endpoint}/devices/list`)
  expect([answer.status, await answer.json()]).toMatchObject([
    502,
    { error: { type: 'upstream_unreachable' } },
  ])
})

test('a proxy that refuses is named, and its answer is not the upstream’s', async () => {
  const { proxy } = await openSeam()
  proxy.manners.answer = 403
  const gateway = await openGateway('https://hub.example', { ca, proxy: new URL(proxy.url) })
  const answer = await fetch(`${gateway.endpoint}/devices/list`)
  expect(answer.status).toBe(502)
  expect(await answer.text()).toContain('answered 403')
})
