import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readHubDate } from '../../src/seam/hub-date.ts'
import { connectionTo, type HubNetwork, readHubNetwork } from '../../src/seam/hub-network.ts'
import { openConnectProxy } from '../support/connect-proxy.ts'
import { privateAuthority, testCertificate } from '../support/tls-certificate.ts'
import { channelOrder, endOrder, isConnected, openDesk, straight } from './desk.ts'
import { HUB_TIME, openFakeHub } from './fake-hub.ts'

const signal = new AbortController().signal

const certificateFile = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ca-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, text)
  return file
}

/** A hub over TLS that a hotel's own authority vouches for. */
const openTlsHub = async () => {
  const hub = await openFakeHub(0, privateAuthority)
  onTestFinished(() => hub.close())
  hub.rest.set('/bridge/v1/entrances/list', { body: { ok: true, acs_entrances: [] } })
  return hub
}
const openDeskAt = (endpoint: string, network: Partial<HubNetwork>) => {
  const desk = openDesk(endpoint, { network: { ...straight, ca: privateAuthority.ca, ...network } })
  onTestFinished(() => desk[Symbol.dispose]())
  return desk
}
/** A desk whose only way to `https://hub.example` is a proxy: the name leads nowhere. */
const openProxied = async (userInfo = '') => {
  const hub = await openTlsHub()
  const proxy = await openConnectProxy(Number(new URL(hub.endpoint).port))
  const open = () =>
    openDeskAt('https://hub.example', { proxy: new URL(proxy.url.replace('//', `//${userInfo}`)) })
  return { hub, proxy, open }
}

describe('a hub that a private authority vouches for', () => {
  test('is trusted over WebSocket and REST where hub.caFile names that authority', async () => {
    const hub = await openTlsHub()
    const { ca } = readHubNetwork(certificateFile(privateAuthority.ca), {}, 'hub.caFile')
    const desk = openDeskAt(hub.endpoint, { ca })
    expect((await desk.until(isConnected)).transport).toBe('websocket')
    expect(await desk.link().listEntrances(signal)).toEqual([])
  })

  test.each([
    ['nobody', null],
    ['another authority', testCertificate.cert],
  ])('is refused, before the token is sent, where %s vouches for it', async (_who, ca) => {
    const hub = await openTlsHub()
    const desk = openDeskAt(hub.endpoint, { ca })
    const view = await desk.until(({ state }) => state === 'waiting')
    expect(view.error).toMatchObject({ code: 'hub_unreachable' })
    await expect(desk.link().listEntrances(signal)).rejects.toMatchObject({
      code: 'hub_unreachable',
      detail: expect.stringMatching(/certificate|self.signed/),
    })
    expect(hub.knocks).toEqual([])
    expect(hub.asked).toEqual([])
  })
})

describe('behind a proxy', () => {
  test('WebSocket and REST go through it, by the hub’s name', async () => {
    const { proxy, hub, open } = await openProxied()
    const desk = open()
    expect((await desk.until(isConnected)).transport).toBe('websocket')
    await desk.link().listEntrances(signal)
    const asked = { target: 'hub.example:443', authorization: undefined }
    expect(proxy.asked).toEqual([asked, asked])
    const id = hub.send({ type: 'order', body: channelOrder() })
    expect((await hub.next('ack')).body).toEqual({ of: id, accepted: true })
  })

  test('doctor asks the hub the same way', async () => {
    const { proxy } = await openProxied()
    const network = { ...straight, ca: privateAuthority.ca, proxy: new URL(proxy.url) }
    expect(await readHubDate('https://hub.example', network, signal)).toBe(new Date(HUB_TIME).toUTCString())
    expect(proxy.asked.map(({ target }) => target)).toEqual(['hub.example:443'])
    const untrusting = readHubDate('https://hub.example', { ...network, ca: null }, signal)
    await expect(untrusting).rejects.toMatchObject({ code: 'hub_unreachable' })
  })

  test('its credentials go to it, and to nobody else', async () => {
    const { proxy, hub, open } = await openProxied('guest:se%20cret@')
    const desk = open()
    await desk.until(isConnected)
    await desk.link().listEntrances(signal)
    const authorization = `Basic ${Buffer.from('guest:se cret').toString('base64')}`
    expect(proxy.asked.map((one) => one.authorization)).toEqual([authorization, authorization])
    expect(hub.asked[0]?.authorization).toBe('Bearer session_token_of_the_desk')
    expect(desk.logged.join('\n')).not.toMatch(/se cret|se%20cret/)
  })

  test.each([403, 407, 502] as const)(
    'that answers %i the network is blamed, not the token',
    async (status) => {
      const { proxy, open } = await openProxied()
      proxy.manners.answer = status
      const desk = open()
      await desk.until(({ state }) => state === 'waiting')
      await expect(desk.link().listEntrances(signal)).rejects.toMatchObject({
        code: 'hub_unreachable',
        detail: expect.stringContaining(`the proxy ${new URL(proxy.url).host} answered ${status}`),
      })
      expect(desk.link().view().error?.code).toBe('hub_unreachable')
    },
  )

  test('that lets no WebSocket through the bridge polls, and returns to a WebSocket when it does', async () => {
    const { hub, open } = await openProxied()
    hub.manners.webSocket = 426
    const desk = open()
    for (let failures = 0; failures < 2; failures += 1) {
      await desk.until(({ state }) => state === 'waiting')
      const again = desk.until(({ state }) => state === 'connecting')
      await desk.clock.advance(500)
      await again
    }
    expect((await desk.until(isConnected)).transport).toBe('polling')
    hub.manners.webSocket = 'accept'
    // The ping of 20 s has its pong before the time runs on: the cancel's answer comes after it, and that has left once a request has come back.
    await desk.clock.advance(20_000)
    await hub.next('ping')
    hub.send({ type: 'cancel', body: { order_id: 'none' } })
    await hub.next('ack')
    await desk.link().listEntrances(signal)
    const upgraded = desk.until(({ transport }) => transport === 'websocket')
    await desk.clock.advance(10_000)
    await upgraded
    endOrder(desk.journal, 'order-2')
    expect((await hub.next('result')).body.order_id).toBe('order-2')
  })

  test('a line so slow that bytes come one by one carries everything', async () => {
    const { proxy, hub, open } = await openProxied()
    proxy.manners.pace = 'byteByByte'
    const desk = open()
    await desk.until(isConnected)
    const id = hub.send({ type: 'order', body: channelOrder() })
    expect((await hub.next('ack')).body).toEqual({ of: id, accepted: true })
  })

  test('a connection that stays open and carries nothing any more is given up after 45 s, and made anew', async () => {
    const { proxy, hub, open } = await openProxied()
    const desk = open()
    await desk.until(isConnected)
    proxy.manners.pace = 'swallow'
    await desk.clock.advance(44_999)
    expect(desk.link().view().state).toBe('connected')
    await desk.clock.advance(1)
    expect(desk.link().view()).toMatchObject({ state: 'waiting', error: { code: 'hub_unreachable' } })
    proxy.manners.pace = 'free'
    await desk.clock.advance(500)
    await desk.until(isConnected)
    expect(hub.knocks).toEqual(['websocket', 'websocket'])
  })
})

describe('the way to a hub', () => {
  const proxied = (noProxy: string) => ({ ...straight, proxy: new URL('http://proxy:3128'), noProxy })

  test.each([
    ['https://hub.example', ''],
    ['https://hub.example', 'other.example,example.org'],
    ['https://hub.example:8443', 'hub.example:443'],
    ['https://myhub.example', 'hub.example'],
  ])('%s is through the proxy with NO_PROXY=%s', (url, noProxy) => {
    expect(connectionTo(new URL(url), proxied(noProxy)).agent).toBeDefined()
  })

  test.each([
    ['https://hub.example', 'hub.example'],
    ['https://hub.example', 'other, HUB.example'],
    ['https://hub.example', '.example'],
    ['https://hub.example', '*.example'],
    ['https://desk.hub.example', 'hub.example'],
    ['https://hub.example', 'hub.example:443'],
    ['https://hub.example:8443', 'hub.example:8443'],
    ['https://10.1.2.3', '10.1.2.3'],
    ['https://hub.example', '*'],
    ['https://localhost:27412', ''],
    ['http://127.0.0.1:27412', ''],
  ])('%s is straight with NO_PROXY=%s', (url, noProxy) => {
    expect(connectionTo(new URL(url), proxied(noProxy)).agent).toBeUndefined()
  })

  test.each([
    [{ HTTPS_PROXY: 'http://proxy:3128' }, 'http://proxy:3128/'],
    [{ https_proxy: 'proxy:3128' }, 'http://proxy:3128/'],
    [{ HTTPS_PROXY: '', https_proxy: 'https://proxy' }, 'https://proxy/'],
    [{ HTTPS_PROXY: '' }, undefined],
    [{}, undefined],
  ])('is read from %j', (env, url) => {
    expect(readHubNetwork(null, env, 'hub.caFile').proxy?.href).toBe(url)
  })

  test('a proxy that is none is refused, and its password not told', () => {
    const env = { HTTPS_PROXY: 'socks5://guest:secret@proxy' }
    expect(() => readHubNetwork(null, env, 'hub.caFile')).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        detail: 'HTTPS_PROXY is not the http(s) address of a proxy.',
      }),
    )
  })

  test.each([
    ['', 'holds no certificate'],
    [testCertificate.key, 'holds no certificate'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'cannot be used'],
  ])('a file of authorities that holds none is refused at the start', (text, words) => {
    expect(() => readHubNetwork(certificateFile(text), {}, 'hub.caFile')).toThrow(
      expect.objectContaining({ code: 'config_invalid', detail: expect.stringContaining(words) }),
    )
    expect(() => readHubNetwork('/nowhere/ca.pem', {}, 'hub.caFile')).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    )
  })
})
