import { expect, it } from 'vitest'
import { openDesk, type Desk } from '../sessions/desk.ts'
import { recordOn } from './holds-record.ts'

const MINUTES = 10 * 60_000
const uidOf = (index: number): string => index.toString(16).toUpperCase().padStart(8, '0')
const delays = { returnTimeout: 60_000, recoveryTimeout: 60_000 }

/** The bytes of one undisturbed session, both directions together. */
const measure = async (desk: Desk, act: () => Promise<unknown>): Promise<number> => {
  const line = desk.lines[0]
  if (line === undefined) throw new Error('no line')
  const before = line.bytesCrossed
  await act()
  return line.bytesCrossed - before
}

it(
  'tells the truth when the line is cut after any byte of an encode',
  async () => {
    await using desk = await openDesk({ delays })
    const [emulator] = desk.emulators
    if (emulator === undefined) throw new Error('no emulator')
    const place = (uid: string): void => {
      emulator.removeCard()
      emulator.placeCard({ type: 'classic1k', uid })
    }
    await desk.ready()
    place(uidOf(0xf0000000))
    const total = await measure(desk, () => desk.ending(desk.order()))
    expect(total).toBeGreaterThan(300)

    const endings = new Map<string, number>()
    for (let cut = 0; cut <= total; cut += 1) {
      const uid = uidOf(cut + 1)
      await desk.ready()
      place(uid)
      desk.lines[0]?.unplugAfterBytes(cut)
      const ending = await desk.ending(desk.order())
      const kind = 'code' in ending ? `${ending.kind} ${ending.code}` : ending.kind
      endings.set(kind, (endings.get(kind) ?? 0) + 1)
      const counts = emulator.countWrites(uid)
      const isRight = recordOn(emulator.dumpCard(uid), uid, 'demo', desk.siteKeys) !== null
      expect({ cut, isRight, isEncoded: ending.kind === 'encoded' }).toEqual({
        cut,
        isRight: isRight && ending.kind === 'encoded',
        isEncoded: isRight && ending.kind === 'encoded',
      })
      if (ending.kind === 'untouched') expect(counts.every((count) => count === 0)).toBe(true)
      expect({ cut, most: Math.max(...counts) }).toEqual({ cut, most: Math.min(1, Math.max(...counts)) })
    }
    process.stdout.write(
      `encode: ${String(total + 1)} cuts: ${JSON.stringify(Object.fromEntries(endings))}\n`,
    )
  },
  MINUTES,
)

it(
  'waits for the encoder and goes on when the line is cut after any byte of a scan',
  async () => {
    await using desk = await openDesk({ delays })
    const [emulator] = desk.emulators
    if (emulator === undefined) throw new Error('no emulator')
    emulator.placeCard({ type: 'classic1k', uid: uidOf(1) })
    await desk.ending(desk.order())
    const total = await measure(desk, () => desk.ending(desk.scan()))
    for (let cut = 0; cut <= total; cut += 1) {
      await desk.ready()
      desk.lines[0]?.unplugAfterBytes(cut)
      expect(await desk.ending(desk.scan())).toMatchObject({ kind: 'scanned', uid: uidOf(1), remark: null })
    }
    process.stdout.write(`scan: ${String(total + 1)} cuts, every one read the card after the replug\n`)
  },
  MINUTES,
)
