import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from 'encoder-bridge/driver'
import { expect, onTestFinished } from 'vitest'
import { createPn532Emulator } from '../../drivers/pn532/emulator.ts'
import { hostEmulator } from '../../src/transport/emulator-host.ts'
import { createSpinningClock } from '../../src/transport/spinning-clock.ts'
import { runLibnfc, testWithLibnfc as test } from '../support/libnfc.ts'

const UID = '04112233445580'

interface Peer {
  readonly emulator: Emulator
  /** A file that the tool may write to. */
  readonly dump: string
  /** Runs nfc-mfultralight. */
  run(...args: readonly string[]): Promise<string>
}

const startPeer = async (type: string, memory?: Uint8Array): Promise<Peer> => {
  const emulator = createPn532Emulator({ clock: createSpinningClock(), realtime: false })
  const host = await hostEmulator({ emulator })
  onTestFinished(() => host.close())
  emulator.placeCard({ type, uid: UID, ...(memory !== undefined && { memory }) })
  const folder = mkdtempSync(join(tmpdir(), 'libnfc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return {
    emulator,
    dump: join(folder, 'dump.mfd'),
    run: (...args) => runLibnfc(host.path ?? '', '/usr/bin/nfc-mfultralight', ...args),
  }
}

/** What the tool calls the card, how many pages it has, and how many of its last pages are never shown. */
const cards = [
  ['mifare-ultralight', 'MIFARE Ultralight card', 16, 0],
  ['mifare-ultralight-ev1-48', 'MF0UL11 (48 bytes)', 20, 2],
  ['mifare-ultralight-ev1-128', 'MF0UL21 (128 user bytes)', 41, 2],
  ['ntag213', 'NTAG213 (144 user bytes)', 45, 2],
  ['ntag215', 'NTAG215 (504 user bytes)', 135, 2],
  ['ntag216', 'NTAG216 (888 user bytes)', 231, 2],
] as const

for (const [type, name, pages, hidden] of cards) {
  test(`nfc-mfultralight knows a ${type} and reads its ${pages} pages`, async () => {
    const { emulator, dump, run } = await startPeer(type)
    const told = await run('r', dump)
    expect(told).toContain(name)
    expect(told).toContain(`${pages} of ${pages} pages read`)
    const shown = (pages - hidden) * 4
    expect(readFileSync(dump).subarray(0, shown).equals(emulator.dumpCard(UID).subarray(0, shown))).toBe(true)
  })
}

test('nfc-mfultralight writes the user pages of an NTAG213, each once', async () => {
  const { emulator, dump, run } = await startPeer('ntag213')
  const image = emulator.dumpCard(UID)
  for (let at = 16; at < 40 * 4; at += 1) image[at] = (at * 37) & 0xff
  writeFileSync(dump, image)
  expect(await run('w', dump)).toMatch(/0 pages failed/)
  expect(Buffer.from(emulator.dumpCard(UID)).equals(image)).toBe(true)
  const written = emulator.countWrites(UID)
  expect(written.slice(0, 4)).toEqual([0, 0, 0, 0])
  expect(new Set(written.slice(4, 40))).toEqual(new Set([1]))
})

/** AUTH0 is page 4, PROT protects reading, the password is A0B1C2D3 and PACK CAFE. */
const guardedMemory = (): Uint8Array => {
  const memory = new Uint8Array(45 * 4)
  memory.set(Buffer.from('041122BF33445580A2480000E1101200', 'hex'))
  memory.set(Buffer.from('0400000480050000A0B1C2D3CAFE0000', 'hex'), 41 * 4)
  return memory
}

test('nfc-mfultralight opens an NTAG213 with its password and is shown the PACK', async () => {
  const { dump, run } = await startPeer('ntag213', guardedMemory())
  const told = await run('r', dump, '--pw', 'A0B1C2D3')
  expect(told).toContain('Success - PACK: cafe')
  expect(told).toContain('45 of 45 pages read')
})

test('nfc-mfultralight is refused a wrong password', async () => {
  const { dump, run } = await startPeer('ntag213', guardedMemory())
  await expect(run('r', dump, '--pw', '00000000')).rejects.toThrow(/AUTH failed/)
})
