import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { isConnected, openDesk } from './desk.ts'
import { openFakeHub, TOKEN } from './fake-hub.ts'

const openHubAndDesk = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  await desk.until(isConnected)
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, [Symbol.asyncDispose]: close }
}

test('a new token is on the disk before the bridge comes again with it', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.token = 'the_next_token'
  const again = desk.until(({ state }) => state === 'connecting')
  hub.send({ type: 'new_token', body: { token: 'the_next_token' } })
  await again
  expect(desk.journal.pairing()).toMatchObject({ token: 'the_next_token' })
  await desk.until(isConnected)
})

test('an offer that is lost changes nothing', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.drop()
  await desk.until(({ state }) => state === 'waiting')
  expect(desk.journal.pairing()).toMatchObject({ token: TOKEN })
  await desk.clock.advance(500)
  await desk.until(isConnected)
})

test('an offer that a full disk could not keep is taken when it comes again', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  const keep = desk.journal.setPairing
  Object.assign(desk.journal, {
    setPairing: () => {
      throw new BridgeError('data_unwritable')
    },
  })
  hub.send({ type: 'new_token', body: { token: 'next' } })
  expect((await desk.until(({ state }) => state === 'waiting')).error?.code).toBe('data_unwritable')
  Object.assign(desk.journal, { setPairing: keep })
  await desk.clock.advance(500)
  await desk.until(isConnected)
  hub.manners.token = 'next'
  const again = desk.until(({ state }) => state !== 'connected')
  hub.send({ type: 'new_token', body: { token: 'next' } })
  expect((await again).error).toBeNull()
  expect(desk.journal.pairing()).toMatchObject({ token: 'next' })
})

test('a hub that changes the token again and again is left, with growing delays', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.token = 'first'
  const again = desk.until(({ state }) => state === 'connecting')
  hub.send({ type: 'new_token', body: { token: 'first' } })
  await again
  await desk.until(isConnected)
  hub.send({ type: 'new_token', body: { token: 'second' } })
  const { error } = await desk.until(({ state }) => state === 'waiting')
  expect(error?.code).toBe('hub_protocol')
  expect(desk.journal.pairing()).toMatchObject({ token: 'first' })
})

test('a bridge that was revoked shows refused, and what to do', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.send({ type: 'goodbye', body: { code: 'hub_unauthorized', message: 'This bridge was revoked.' } })
  const { error } = await desk.until(({ state }) => state === 'refused')
  expect(error).toMatchObject({ code: 'hub_unauthorized' })
  expect(error?.message).toContain('This bridge was revoked.')
})
