import { describe, expect, test } from 'vitest'
import { createHubCards } from '../../src/seam/hub-cards.ts'
import { METHOD_ID, openDesk } from './desk.ts'
import { type Answer, openFakeHub } from './fake-hub.ts'

const ASSIGN = '/bridge/v1/access_methods/assign_card'
const never = new AbortController().signal
const refusal = { error: { type: 'access_method_not_found', message: 'There is none.' }, ok: false }

const openRig = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  const cards = createHubCards(desk.link())
  const assign = (isRepeat: boolean) =>
    cards.assign({ accessMethodId: METHOD_ID, cardNumber: '4711', isRepeat }, never)
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, assign, [Symbol.asyncDispose]: close }
}

test('a card is given away by its number', async () => {
  await using rig = await openRig()
  rig.hub.rest.set(ASSIGN, { body: { ok: true, assigned: true, reason: null } })
  await rig.assign(false)
  expect(rig.hub.asked.map(({ body }) => body)).toEqual([
    { access_method_id: METHOD_ID, card_number: '4711' },
  ])
})

describe('what is said of a card that may or may not have been given away', () => {
  test.each<[string, Answer, string, string]>([
    [
      'the hub says why not',
      { body: { ok: true, assigned: false, reason: 'It is another guest’s.' } },
      'card_not_assigned',
      'card_not_assigned',
    ],
    ['the hub refuses', { status: 404, body: refusal }, 'hub_refused', 'hub_refused'],
    ['the token is refused', { status: 401, body: refusal }, 'hub_unauthorized', 'outcome_unknown'],
    ['the hub breaks', { status: 500, body: refusal }, 'outcome_unknown', 'outcome_unknown'],
    ['somebody else answers', { type: 'text/html', body: '<html>' }, 'outcome_unknown', 'outcome_unknown'],
  ])('when %s', async (_, answer, atFirst, asRepetition) => {
    await using rig = await openRig()
    rig.hub.rest.set(ASSIGN, answer)
    await expect(rig.assign(false)).rejects.toMatchObject({ code: atFirst })
    await expect(rig.assign(true)).rejects.toMatchObject({ code: asRepetition })
  })

  test('when no connection comes about', async () => {
    await using rig = await openRig()
    await rig.hub.close()
    await expect(rig.assign(false)).rejects.toMatchObject({ code: 'hub_unreachable' })
    await expect(rig.assign(true)).rejects.toMatchObject({ code: 'outcome_unknown' })
  })

  test('when this bridge is paired with nobody', async () => {
    await using rig = await openRig()
    rig.desk.journal.setPairing(null)
    await expect(rig.assign(false)).rejects.toMatchObject({ code: 'not_paired' })
    await expect(rig.assign(true)).rejects.toMatchObject({ code: 'outcome_unknown' })
  })
})
