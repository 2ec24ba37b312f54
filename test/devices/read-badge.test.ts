import { expect, test } from 'vitest'
import type { Device } from '../../src/contract/device.ts'
import { CardUid, noUid } from '../../src/contract/ids.ts'
import { readBadge } from '../../src/devices/read-badge.ts'

const showing = (uid: CardUid): Device =>
  ({ kind: 'card', waitForCard: () => Promise.resolve({ uid, technology: 'unknown' }) }) as never

const never = new AbortController().signal

test('a card is known by its identifier', async () => {
  expect(await readBadge(showing(CardUid.parse('04AABBCCDDEEFF')), never)).toBe('uid:04AABBCCDDEEFF')
})

// ISO/IEC 14443-3: a single-size identifier that begins with 08 is random.
test.each([noUid, CardUid.parse('08112233')])(
  'a card whose number does not stay the same is no badge: %s',
  async (uid) => {
    await expect(readBadge(showing(uid), never)).rejects.toMatchObject({ code: 'card_incompatible' })
  },
)

test('what a scanner reads is known by its kind, its length and its bytes', async () => {
  const observers: ((read: object) => void)[] = []
  const scanner = {
    kind: 'scanner',
    onRead: (observer: (read: object) => void) => {
      observers.push(observer)
      return () => undefined
    },
    onMisread: () => () => undefined,
  } as unknown as Device
  const badge = readBadge(scanner, never)
  for (const tell of observers) tell({ technology: 'em4100', data: Uint8Array.of(1, 0xab), bitCount: 16 })
  expect(await badge).toBe('em4100:16:01AB')
  const leaving = new AbortController()
  const waiting = readBadge(scanner, leaving.signal)
  leaving.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
})
