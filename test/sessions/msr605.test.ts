import { describe, expect, test } from 'vitest'
import { openDesk } from './desk.ts'

describe.each(['serial', 'hid'] as const)('a stripe encoder over %s', (transport) => {
  test('is swiped to look, to write and to check, and the card scans as the order', async () => {
    await using desk = await openDesk({ driver: 'msr605', transport })
    desk.emulators[0]?.placeCard({ type: 'magstripe', uid: '01020304' })
    const ending = await desk.ending(desk.order())
    expect(ending).toEqual({
      kind: 'encoded',
      uid: null,
      technology: 'magstripe',
      proof: 'readBack',
      keys: null,
    })
    expect(desk.emulators[0]?.countWrites('01020304')).toEqual([1, 1, 1])
    expect(await desk.ending(desk.scan())).toMatchObject({
      kind: 'scanned',
      uid: null,
      record: { cardNumber: '4711' },
    })
  })

  test('that tells of a bad swipe asks for another, and the card is right in the end', async () => {
    await using desk = await openDesk({ driver: 'msr605', transport })
    const prompts = new Set<string>()
    desk.sessions.onChange(({ prompt }) => prompts.add(prompt))
    desk.emulators[0]?.inject({ fault: 'badSwipe' })
    desk.emulators[0]?.placeCard({ type: 'magstripe', uid: '01020304' })
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded' })
    expect([...prompts].some((prompt) => prompt.startsWith('The swipe went wrong.'))).toBe(true)
  })

  test('never calls a worn stripe encoded', async () => {
    const delays = { writeTimeout: 1500, recoveryTimeout: 1500 }
    await using desk = await openDesk({ driver: 'msr605', transport, delays })
    desk.emulators[0]?.inject({ fault: 'wornStripe' })
    desk.emulators[0]?.placeCard({ type: 'magstripe', uid: '01020304' })
    expect((await desk.ending(desk.order())).kind).toMatch(/^(?:spoiled|unknown)$/)
  })
})
