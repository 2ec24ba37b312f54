import { describe, expect } from 'vitest'
import { test } from '../../hub/hub-fixture.ts'
import { fromNow, never, openSeamAndDesk } from './hub-as-seam.ts'

describe('a desk that works with Seam itself', () => {
  test('knows the cards that wait, without a guest’s name, and how the link is', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const guest = await rig.newGuest()
    const later = await rig.grant(['card', 'code', 'mobile_key'], guest, {
      starts_at: fromNow(5),
      ends_at: fromNow(6),
      reservation_key: 'R-4711',
    })
    const now = await rig.grant(['card'], guest)
    await rig.grant(['card'], guest, { starts_at: fromNow(-3), ends_at: fromNow(-2) })
    const { items, error } = await rig.desk.work.refresh(never)
    expect(error).toBeNull()
    const ours = items.filter(({ action }) => action === 'assign')
    expect(ours.map(({ accessMethodId }) => accessMethodId)).toEqual([now.methodIds[0], later.methodIds[0]])
    expect(ours[1]).toMatchObject({
      accessGrantId: later.grantId,
      reservationKey: 'R-4711',
      doors: [{ displayName: 'Room 101' }],
      timeZone: 'Europe/Vienna',
      isReissue: false,
    })
    expect(JSON.stringify(items)).not.toContain('Ada')
    expect(rig.desk.view()).toMatchObject({
      state: 'connected',
      transport: 'rest',
      hubEndpoint: rig.hub.endpoint,
      error: null,
    })
  })

  test('gives a card away by its number: Seam’s own flags flip', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const guest = await rig.newGuest()
    await rig.register('4711', guest)
    const [accessMethodId = ''] = (await rig.grant(['card'], guest)).methodIds
    await rig.desk.cards.assign({ accessMethodId, cardNumber: '4711', isRepeat: false }, never)
    expect(await rig.flagsOf(accessMethodId)).toMatchObject({
      is_assignment_required: false,
      is_ready_for_assignment: false,
      is_issued: true,
    })
    // Asked again, as after a crash, it looks and asks for nothing.
    const events = (await rig.hub.post('/events/list', {})).body.events.length
    await rig.desk.cards.assign({ accessMethodId, cardNumber: '4711', isRepeat: true }, never)
    expect((await rig.hub.post('/events/list', {})).body.events).toHaveLength(events)
  })

  test('says why a card was not given away', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const guest = await rig.newGuest()
    await rig.register('4711', guest)
    const [first = '', second = '', code = ''] = (await rig.grant(['card', 'card', 'code'], guest)).methodIds
    const assign = (accessMethodId: string, cardNumber: string, isRepeat = false) =>
      rig.desk.cards.assign({ accessMethodId, cardNumber, isRepeat }, never)
    await expect(assign(first, '815')).rejects.toMatchObject({ code: 'card_not_assigned' })
    await expect(assign(code, '4711')).rejects.toMatchObject({ code: 'card_not_assigned' })
    await assign(first, '4711')
    await expect(assign(first, '4711')).rejects.toMatchObject({ code: 'card_not_assigned' })
    await expect(assign(first, '815', true)).rejects.toMatchObject({ code: 'card_not_assigned' })
    await expect(assign(second, '4711')).rejects.toMatchObject({ code: 'card_not_assigned' })
    await expect(assign(second, '4711', true)).rejects.toMatchObject({ code: 'outcome_unknown' })
  })

  test('finds grants and tells their secrets once they are issued', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const guest = await rig.newGuest()
    const { grantId, methodIds } = await rig.grant(['code', 'mobile_key', 'card'], guest, {
      reservation_key: 'R-7',
    })
    const [code = '', key = '', card = ''] = methodIds
    const queries = [{ accessGrantId: grantId }, { accessMethodId: card }, { reservationKey: 'R-7' }]
    for (const query of queries) {
      expect(await rig.desk.work.grants(query, never)).toMatchObject([
        {
          accessGrantId: grantId,
          displayName: 'R-7',
          doors: ['Room 101'],
          methods: [
            { mode: 'code', isIssued: true, secrets: ['code'] },
            { mode: 'mobile_key', secrets: ['instantKeyUrl', 'clientSessionToken'] },
            { mode: 'card', isIssued: false, isAssignmentRequired: true, secrets: [] },
          ],
        },
      ])
    }
    expect(await rig.desk.work.grants({ reservationKey: 'R-8' }, never)).toEqual([])
    const { work } = rig.desk
    expect(await work.reveal(code, 'code', never)).toBe((await rig.flagsOf(code)).code)
    expect(await work.reveal(key, 'instantKeyUrl', never)).toBe((await rig.flagsOf(key)).instant_key_url)
    await expect(work.reveal(card, 'code', never)).rejects.toMatchObject({ code: 'not_supported' })
    await rig.hub.post('/access_methods/simulate/next_issue_will_be_delayed', { mode: 'code' })
    const [late = ''] = (await rig.grant(['code'], guest)).methodIds
    await expect(work.reveal(late, 'code', never)).rejects.toMatchObject({ code: 'not_issued' })
  })

  test('lets a grant end at another instant', async ({ hub: base }) => {
    await using rig = await openSeamAndDesk(base)
    const { grantId } = await rig.grant(['code'], await rig.newGuest())
    const endsAt = '2099-12-24T11:00:00.000Z'
    await rig.desk.work.extend(grantId, endsAt, never)
    expect(await rig.desk.work.grants({ accessGrantId: grantId }, never)).toMatchObject([{ endsAt }])
    const over = '2001-01-01T00:00:00.000Z'
    await expect(rig.desk.work.extend(grantId, over, never)).rejects.toMatchObject({ code: 'seam_refused' })
  })
})
