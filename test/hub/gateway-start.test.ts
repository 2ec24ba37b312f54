import { describe, expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'
import {
  jsonAnswer,
  makeDirectory,
  openGateway,
  openHotel,
  openRawServer,
  SEAM_KEY,
  upstreamAt,
} from './gateway-rig.ts'
import { openTestHub } from './hub-fixture.ts'

const startWith = async (dataDir: string, endpoint: string, key: string) => {
  const hub = await openTestHub(dataDir, createFakeClock(), {
    seed: null,
    upstream: upstreamAt(endpoint, key),
  })
  await hub.close()
}

describe('a gateway does not start', () => {
  test('with a key that the upstream refuses, and names the file and not the key', async () => {
    const server = await openRawServer()
    const started = startWith(await makeDirectory(), server.endpoint, 'seam_wrong_key')
    await expect(started).rejects.toMatchObject({
      code: 'config_invalid',
      detail: `${server.endpoint} refuses the key of /etc/seam.key (401).`,
    })
  })

  test('in front of what is no Seam', async () => {
    const { seam } = await openHotel()
    const started = startWith(await makeDirectory(), `${seam.endpoint}/elsewhere`, seam.apiKey)
    await expect(started).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test('with the key of another workspace than the one that its store is of', async () => {
    const { gateway, seam } = await openHotel()
    await gateway.close()
    const server = await openRawServer()
    await expect(startWith(gateway.dataDir, server.endpoint, SEAM_KEY)).rejects.toMatchObject({
      code: 'config_invalid',
    })
    await expect(startWith(gateway.dataDir, seam.endpoint, seam.apiKey)).resolves.toBeUndefined()
  })

  test('on a sandbox’s store, nor a sandbox on a gateway’s', async () => {
    const { gateway, seam } = await openHotel()
    await Promise.all([gateway.close(), seam.close()])
    const server = await openRawServer()
    await expect(startWith(seam.dataDir, server.endpoint, SEAM_KEY)).rejects.toMatchObject({
      code: 'config_invalid',
    })
    const alone = openTestHub(gateway.dataDir, createFakeClock(), { seed: null })
    await expect(alone).rejects.toMatchObject({ code: 'config_invalid' })
  })
})

test('a gateway is of the upstream’s workspace, and keeps its own key over a restart', async () => {
  const { gateway, seam } = await openHotel()
  expect(gateway.workspaceId).toBe(seam.workspaceId)
  await seam.close()
  const again = await gateway.restart()
  expect([again.workspaceId, again.apiKey]).toEqual([seam.workspaceId, gateway.apiKey])
  await again.close()
})

test('an upstream that errs while the gateway starts is one that is away', async () => {
  const server = await openRawServer()
  server.answer = jsonAnswer({}, '503 Service Unavailable')
  const gateway = await openGateway(`${server.endpoint}/behind/a/prefix`)
  expect(gateway.log.join()).toContain('upstream not reached')
  await fetch(`${gateway.endpoint}/devices/list?a=1`)
  expect(server.requests.at(-1)).toMatch(/^GET \/behind\/a\/prefix\/devices\/list\?a=1 HTTP\/1\.1\r\n/)
})
