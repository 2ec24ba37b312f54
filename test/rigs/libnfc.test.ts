import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from 'encoder-bridge/driver'
import { expect, onTestFinished } from 'vitest'
import { createPn532Emulator } from '../../drivers/pn532/emulator.ts'
import { hostEmulator } from '../../src/transport/emulator-host.ts'
import { createSpinningClock } from '../../src/transport/spinning-clock.ts'
import { runLibnfc, testWithLibnfc as test, withoutKeyB } from '../support/libnfc.ts'

/** 1 KB without a pattern that a shifted or repeated block could hide in; trailers in transport configuration. */
const CARD_MEMORY = Uint8Array.from({ length: 1024 }, (_, index) => {
  const [block, offset] = [index >> 4, index & 15]
  if (block === 0) return [0x92, 0x2e, 0x58, 0x32, 0xd6, 0x08, 0x04, 0x00][offset] ?? 0
  if (block % 4 === 3) return [0xff, 0x07, 0x80, 0x69][offset - 6] ?? 0xff
  return (block * 37 + offset * 11) & 0xff
})

type Peer = Parameters<typeof runLibnfc> extends [string, ...infer Rest] ? Rest : never

const startEmulator = async (): Promise<{
  emulator: Emulator
  peer: (...call: Peer) => Promise<string>
}> => {
  const emulator = createPn532Emulator({ clock: createSpinningClock(), realtime: false })
  const host = await hostEmulator({ emulator })
  onTestFinished(() => host.close())
  return { emulator, peer: (...call) => runLibnfc(host.path ?? '', ...call) }
}

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'libnfc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('nfc-list sees a MIFARE Classic 1K', async () => {
  const { emulator, peer } = await startEmulator()
  emulator.placeCard({ type: 'classic1k', uid: '922E5832' })
  const listed = await peer('/usr/bin/nfc-list', '-v')
  expect(listed).toMatch(/1 ISO14443A passive target\(s\) found/)
  expect(listed).toMatch(/ATQA \(SENS_RES\): 00 {2}04/)
  expect(listed).toMatch(/UID \(NFCID1\): 92 {2}2e {2}58 {2}32/)
  expect(listed).toMatch(/SAK \(SEL_RES\): 08/)
})

test('nfc-list sees an Ultralight by its seven bytes', async () => {
  const { emulator, peer } = await startEmulator()
  emulator.placeCard({ type: 'ultralight', uid: '04112233445580' })
  expect(await peer('/usr/bin/nfc-list')).toMatch(/UID \(NFCID1\): 04 {2}11 {2}22 {2}33 {2}44 {2}55 {2}80/)
})

test('nfc-list says so when there is no card', async () => {
  const { peer } = await startEmulator()
  expect(await peer('/usr/bin/nfc-list', '-v')).toMatch(/0 ISO14443A passive target\(s\) found/)
})

test('nfc-mfclassic reads the 64 blocks that the emulator holds', async () => {
  const { emulator, peer } = await startEmulator()
  emulator.placeCard({ type: 'classic1k', uid: '922E5832', memory: CARD_MEMORY })
  const dump = join(makeFolder(), 'dump.mfd')
  expect(await peer('/usr/bin/nfc-mfclassic', 'r', 'a', 'u', dump)).toMatch(/64 of 64 blocks read/)
  const read = readFileSync(dump)
  expect(read).toHaveLength(1024)
  expect(Buffer.from(withoutKeyB(read)).equals(withoutKeyB(emulator.dumpCard('922E5832')))).toBe(true)
})

/** Debian's libnfc 1.8.0 writes the first data block of each sector only (libnfc issue 632). */
test('nfc-mfclassic writes blocks that the emulator then holds, each once', async () => {
  const { emulator, peer } = await startEmulator()
  emulator.placeCard({ type: 'classic1k', uid: '922E5832', memory: CARD_MEMORY })
  const dump = join(makeFolder(), 'dump.mfd')
  await peer('/usr/bin/nfc-mfclassic', 'r', 'a', 'u', dump)
  emulator.removeCard()
  const blank = new Uint8Array(16).map((_, index) => CARD_MEMORY[index] ?? 0)
  emulator.placeCard({ type: 'classic1k', uid: '922E5832', memory: blank })
  await peer('/usr/bin/nfc-mfclassic', 'w', 'a', 'u', dump, dump)
  const written = emulator.countWrites('922E5832')
  expect(Math.max(...written)).toBe(1)
  expect(written[0]).toBe(0)
  for (const block of [4, 8, 60]) {
    expect(emulator.dumpCard('922E5832').subarray(block * 16, block * 16 + 16)).toEqual(
      CARD_MEMORY.subarray(block * 16, block * 16 + 16),
    )
  }
})
