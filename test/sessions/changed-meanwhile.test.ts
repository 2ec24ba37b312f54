import { expect, it } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import type { Journal } from '../../src/contract/journal.ts'
import { openDesk, type Desk } from './desk.ts'

const uid = 'DEADBEEF'

const encoderChange = (desk: Desk): Promise<void> =>
  new Promise((resolve) => {
    const stop = desk.encoders.onChange(() => {
      stop()
      resolve()
    })
  })

it('a card that was written before the crash is not untouched because the encoder has a smaller layout after it', async () => {
  await using before = await openDesk({ layout: 'image' })
  before.emulators[0]?.placeCard({ type: 'classic1k', uid })
  before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
  const orderId = before.order()
  await before.reaches(orderId, 'waitingForReturn')
  await using after = await before.restart({ layout: 'demo' })
  after.emulators[0]?.placeCard({ type: 'classic1k', uid })
  expect(await after.ending(orderId)).toMatchObject({ kind: 'spoiled', uid })
})

it('a card that was complete before the crash is encoded although the encoder has a larger layout after it', async () => {
  await using before = await openDesk()
  before.emulators[0]?.placeCard({ type: 'classic1k', uid })
  before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 3 })
  const orderId = before.order()
  await before.reaches(orderId, 'waitingForReturn')
  await using after = await before.restart({ layout: 'image' })
  after.emulators[0]?.placeCard({ type: 'classic1k', uid })
  expect(await after.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
})

it('a card written under a site key that was replaced since is not right: it is written under the new one', async () => {
  await using desk = await openDesk()
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
  const subject = { credentialId: 'a3f1c8f0-58a5-4a8e-9d0e-111122223333' }
  await desk.ending(desk.order({}, subject))
  desk.journal.setSiteKeys({
    current: 2,
    keys: new Map([...desk.siteKeys.keys, [2, new Uint8Array(32).fill(9)]]),
  })
  expect(await desk.ending(desk.order({}, subject))).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  expect(desk.emulators[0]?.dumpCard(uid)[67]).toBe(2)
})

it('the truth about a half-written card comes before the next order, also when the card is lifted while it is read', async () => {
  await using before = await openDesk()
  before.emulators[0]?.placeCard({ type: 'classic1k', uid })
  before.emulators[0]?.inject({ fault: 'removeCardAfterWrites', count: 1 })
  const orderId = before.order()
  await before.reaches(orderId, 'waitingForReturn')
  await using after = await before.restart()
  const next = after.scan()
  const ended: string[] = []
  after.sessions.onChange((view) => {
    if (view.state === 'ended') ended.push(view.orderId)
  })
  while (after.encoders.list()[0]?.state !== 'leased') await encoderChange(after)
  after.emulators[0]?.placeCard({ type: 'classic1k', uid })
  // While the card is being read.
  after.emulators[0]?.inject({ fault: 'removeCardAfterBytes', count: 140 })
  await encoderChange(after)
  after.emulators[0]?.placeCard({ type: 'classic1k', uid })
  expect(await after.ending(orderId)).toMatchObject({ kind: 'spoiled', uid })
  await after.ending(next)
  expect(ended).toEqual([orderId, next])
})

it('a card that was read back as right is encoded, although the disk is full just then', async () => {
  await using desk = await openDesk({ delays: { recoveryTimeout: 2_000 } })
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
  const journal: { verified: Journal['verified'] } = desk.journal
  const { verified } = journal
  let failures = 0
  journal.verified = () => {
    failures += 1
    throw new BridgeError('data_unwritable')
  }
  const orderId = desk.order()
  const ending = await desk.ending(orderId)
  journal.verified = verified
  expect(failures).toBeGreaterThan(0)
  expect(ending).toMatchObject({ kind: 'encoded', uid })
})
