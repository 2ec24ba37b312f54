import { describe, expect, it } from 'vitest'
import type { TransportKind } from 'encoder-bridge/driver'
import { openDesk, type Desk } from './desk.ts'

/** Each lock system over each of its links, as the real devices, sessions and journal drive it. */
const links: readonly { readonly driver: string; readonly transport: TransportKind }[] = [
  { driver: 'salto', transport: 'tcp' },
  { driver: 'salto', transport: 'serial' },
  { driver: 'onity', transport: 'tcp' },
  { driver: 'onity', transport: 'serial' },
  { driver: 'fias', transport: 'tcp' },
]

const uid = '04A1B2C3'
const place = (desk: Desk, encoder: string): void =>
  desk.emulators[0]?.placeCard({ type: 'key', uid, encoder })

const keyOn = (desk: Desk): { rooms?: readonly string[] } =>
  JSON.parse(new TextDecoder().decode(desk.emulators[0]?.dumpCard(uid))) as { rooms?: readonly string[] }

describe.each(links)('$driver over $transport', (link) => {
  it('makes the key of an order, on the encoder that is meant', async () => {
    await using desk = await openDesk({ ...link, encoders: ['1', '2'], rooms: { suite: '101' } })
    place(desk, '2')
    const orderId = desk.order({ encoderIds: desk.encoderIds.slice(1) }, { doorIds: ['suite'], endsAt: '2026-11-25T11:00:00Z' })
    const e = await desk.ending(orderId); console.log(JSON.stringify(e)); expect(e).toMatchObject({
      kind: 'encoded',
      proof: 'confirmed',
      keys: { made: 1, wanted: 1, shortfall: null },
    })
    expect(keyOn(desk).rooms).toEqual(['101'])
  })
})
