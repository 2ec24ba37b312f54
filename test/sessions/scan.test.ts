import { describe, expect, it } from 'vitest'
import { openDesk } from './desk.ts'

const uid = 'DEADBEEF'
const subject = {
  credentialId: 'a3f1c8f0-58a5-4a8e-9d0e-111122223333',
  cardNumber: '4711',
  startsAt: '2026-11-23T14:00:00Z',
  endsAt: '2099-11-25T11:00:00Z',
}
const onSeam = { ...subject, isValid: true }

describe('a scan', () => {
  it('reads the record back and finds it equal to what Seam has', async () => {
    await using desk = await openDesk({
      lookup: () => Promise.resolve({ kind: 'found', credential: onSeam }),
    })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order({}, subject))
    const ending = await desk.ending(desk.scan())
    expect(ending).toMatchObject({ kind: 'scanned', uid, remark: null, comparison: { kind: 'same' } })
    expect(ending.kind === 'scanned' && ending.record?.cardNumber).toBe('4711')
    expect(ending.kind === 'scanned' && ending.record?.credentialId).toBe(subject.credentialId)
  })

  it('names the properties that differ from what Seam has', async () => {
    const later = { ...onSeam, endsAt: '2099-12-31T11:00:00Z' }
    await using desk = await openDesk({ lookup: () => Promise.resolve({ kind: 'found', credential: later }) })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order({}, subject))
    expect(await desk.ending(desk.scan())).toMatchObject({
      comparison: { kind: 'outOfSync', properties: ['ends_at'] },
    })
  })

  it('says when Seam does not know the credential', async () => {
    await using desk = await openDesk({ lookup: () => Promise.resolve({ kind: 'notFound' }) })
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order({}, subject))
    expect(await desk.ending(desk.scan())).toMatchObject({ comparison: { kind: 'notFound' } })
  })

  it('says unchecked, not equal, when the hub cannot be asked', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order({}, subject))
    expect(await desk.ending(desk.scan())).toMatchObject({ comparison: { kind: 'unchecked' } })
  })

  it('finds no record on a blank card', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    expect(await desk.ending(desk.scan())).toMatchObject({
      kind: 'scanned',
      record: null,
      remark: 'The card is blank.',
      comparison: { kind: 'nothing' },
    })
  })

  it('believes no record that was copied to another card', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.order({}, subject))
    const copy = desk.emulators[0]?.dumpCard(uid) ?? new Uint8Array()
    const manufacturer = Uint8Array.from([1, 2, 3, 4, 4, 8, 4, 0])
    const memory = copy.slice()
    memory.set(manufacturer, 0)
    desk.emulators[0]?.removeCard(uid)
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304', memory })
    const ending = await desk.ending(desk.scan())
    expect(ending).toMatchObject({ kind: 'scanned', record: null, uid: '01020304' })
    expect(ending.kind === 'scanned' && ending.remark).toContain('MAC is wrong')
  })

  it('tells the UID of a card that it cannot read', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'ultralight', uid: '04112233445566' })
    expect(await desk.ending(desk.scan())).toMatchObject({
      kind: 'scanned',
      uid: '04112233445566',
      technology: 'mifare-ultralight',
      record: null,
    })
  })

  it('of the desk’s own reports to nobody', async () => {
    await using desk = await openDesk()
    desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
    await desk.ending(desk.scan({ origin: 'desk' }))
    expect(desk.journal.waiting(10)).toEqual([])
  })
})
