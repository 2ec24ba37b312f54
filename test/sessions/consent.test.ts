import { describe, expect, test } from 'vitest'
import { createConfiguredLayout } from '../../src/cards/layouts/configured.ts'
import { LayoutDefinition } from '../../src/contract/layout-definition.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import { openDesk } from './desk.ts'

const layoutOf = (definition: unknown) =>
  createConfiguredLayout(LayoutDefinition.parse(definition), () => {
    throw new Error('no secret was expected')
  })
const badge = layoutOf({ name: 'badge', technologies: ['t5577'], content: { kind: 'em4100' } })
const number = layoutOf({
  name: 'number',
  technologies: ['mifare-classic-1k'],
  content: {
    kind: 'fields',
    fields: [{ field: 'card_number', encoding: 'big-endian', at: 0, sizeBytes: 8 }],
  },
})

/** Where the session has come to rest since that revision. */
const settled = (view: SessionView | null, after: number): string | undefined =>
  view !== null && view.revision > after && ['awaitingConfirmation', 'ended'].includes(view.state)
    ? view.state
    : undefined

describe('leave to overwrite a card', () => {
  test.each([
    ['t5577', 'badge'],
    ['magstripe', 'demo'],
    ['classic1k', 'number'],
  ])('is not leave to overwrite the next %s', async (type, layout) => {
    await using desk = await openDesk({ driver: 'virtual', layout, layouts: [badge, number] })
    const [emulator] = desk.emulators
    // Cards that do have an identifier may hold the very same.
    for (const [uid, cardNumber] of [
      ['01020304', '1001'],
      ['05060708', layout === 'number' ? '1001' : '1002'],
    ] as const) {
      emulator?.placeCard({ type, uid })
      await desk.ending(desk.order({}, { cardNumber }))
      emulator?.removeCard()
    }
    const before = emulator?.dumpCard('05060708')
    const order = desk.order({}, { cardNumber: '1003' })
    await desk.reaches(order, 'waitingForCard')
    emulator?.placeCard({ type, uid: '01020304' })
    const asked = await desk.reaches(order, 'awaitingConfirmation')
    emulator?.removeCard()
    emulator?.placeCard({ type, uid: '05060708' })
    desk.confirm(order)
    await expect.poll(() => settled(desk.sessions.view(order), asked.revision)).toBe('awaitingConfirmation')
    expect(emulator?.dumpCard('05060708')).toEqual(before)
    desk.confirm(order)
    expect(await desk.ending(order)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  })

  test('is leave to overwrite what was asked about', async () => {
    await using desk = await openDesk({ driver: 'virtual', layout: 'badge', layouts: [badge] })
    desk.emulators[0]?.placeCard({ type: 't5577', uid: '01020304' })
    await desk.ending(desk.order())
    const order = desk.order({}, { cardNumber: '1003' })
    await desk.reaches(order, 'awaitingConfirmation')
    desk.confirm(order)
    expect(await desk.ending(order)).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  })
})

test('a yes to an earlier question answers no later one', async () => {
  await using desk = await openDesk({ driver: 'virtual', layout: 'badge', layouts: [badge] })
  const [emulator] = desk.emulators
  emulator?.placeCard({ type: 't5577', uid: '01020304' })
  await desk.ending(desk.order({}, { cardNumber: '1001' }))
  const order = desk.order({}, { cardNumber: '1002', purpose: 'new', endsLiveKey: true })
  const liveKey = await desk.reaches(order, 'awaitingConfirmation')
  expect(desk.sessions.confirm(order, liveKey.revision)).toBe(true)
  const occupied = await desk.reaches(order, 'awaitingConfirmation')
  expect(occupied.prompt).not.toBe(liveKey.prompt)
  expect(desk.sessions.confirm(order, liveKey.revision)).toBe(false)
  expect(desk.sessions.view(order)?.state).toBe('awaitingConfirmation')
  expect(desk.sessions.confirm(order, occupied.revision)).toBe(true)
  expect(await desk.ending(order)).toMatchObject({ kind: 'encoded' })
})
