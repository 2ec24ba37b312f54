import { describe, expect } from 'vitest'
import { test } from '../../hub/hub-fixture.ts'
import { fromNow, never, openSeamAndDesk } from './hub-as-seam.ts'

describe('the cards that wait in Seam', () => {
  test('cost one question when nothing has happened, and few when something has', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const guest = await rig.newGuest()
    await rig.grant(['card'], guest)
    const cards = rig.openWaitingCards()
    const before = await cards.read(never)
    // One page of grants, one batch of cards, and the doors of the demo's card and of this one.
    expect(rig.asked).toEqual([
      '/access_grants/list',
      '/access_methods/get_related',
      '/access_methods/get_related',
      '/access_methods/get_related',
    ])
    // What happened while everything was read is asked for once more.
    await cards.read(never)
    rig.asked.length = 0
    for (let count = 0; count < 10; count += 1) expect(await cards.read(never)).toEqual(before)
    expect(rig.asked).toEqual(Array.from({ length: 10 }, () => '/events/list'))
    rig.asked.length = 0
    const { methodIds } = await rig.grant(['card'], guest, { starts_at: fromNow(0.5) })
    const after = await cards.read(never)
    expect(after.map(({ accessMethodId }) => accessMethodId)).toContain(methodIds[0])
    expect(rig.asked).toEqual([
      '/events/list',
      '/access_grants/list',
      '/access_methods/get_related',
      '/access_methods/get_related',
    ])
  })

  test('follow what happens to them: issued, new times, deleted', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const guest = await rig.newGuest()
    await rig.register('4711', guest)
    const first = await rig.grant(['card'], guest)
    const second = await rig.grant(['card'], guest)
    const cards = rig.openWaitingCards()
    const ids = async (): Promise<string[]> =>
      (await cards.read(never)).flatMap(({ action, accessGrantId }) =>
        action === 'assign' ? [accessGrantId] : [],
      )
    expect(await ids()).toEqual([first.grantId, second.grantId])
    await rig.hub.post('/access_methods/assign_card', {
      access_method_id: first.methodIds[0],
      card_number: '4711',
    })
    expect(await ids()).toEqual([second.grantId])
    const endsAt = fromNow(9)
    await rig.hub.post('/access_grants/update', { access_grant_id: second.grantId, ends_at: endsAt })
    const [changed] = (await cards.read(never)).filter(({ action }) => action === 'assign')
    expect(Date.parse(changed?.endsAt ?? '')).toBe(Math.floor(Date.parse(endsAt) / 1000) * 1000)
    await rig.hub.post('/access_grants/delete', { access_grant_id: second.grantId })
    expect(await ids()).toEqual([])
  })

  test('are those of the systems that this desk serves', async ({ hub: base }) => {
    await using other = await openSeamAndDesk(base, {
      acsSystemIds: ['00000000-0000-4000-8000-000000000000'],
    })
    await other.grant(['card'], await other.newGuest())
    expect(await other.openWaitingCards().read(never)).toEqual([])
  })

  test('are read page by page', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const guest = await rig.newGuest()
    for (let count = 0; count < 100; count += 1) await rig.grant(['code'], guest)
    const { methodIds } = await rig.grant(['card'], guest)
    const waiting = await rig.openWaitingCards().read(never)
    expect(waiting.map(({ accessMethodId }) => accessMethodId)).toContain(methodIds[0])
    expect(rig.asked.filter((path) => path === '/access_grants/list')).toHaveLength(2)
  })
})
