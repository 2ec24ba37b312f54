import type { Driver, EmulatorLine } from 'encoder-bridge/driver'
import { createFakeClock } from './fake-clock.ts'
import { pmsBytes, pmsTexts } from './pms-text.ts'

/** The host's part in front of an emulated lock system, without a driver: what is said, and what comes back. */
export const startPmsHost = async (
  driver: Driver,
  { transport = 'tcp', realtime = false }: { transport?: 'tcp' | 'serial'; realtime?: boolean } = {},
) => {
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime, transport })
  let heard: number[] = []
  let hangUps = 0
  const line: EmulatorLine = {
    send: (bytes) => heard.push(...bytes),
    hangUp: () => {
      hangUps += 1
    },
  }
  if (emulator.kind === 'tcp') emulator.connect(line)
  else if (emulator.kind === 'serial') emulator.connect(line.send)
  else throw new Error('Nothing is said to such an emulator.')

  /** What has come since this was asked last. */
  const hear = (): readonly string[] => {
    const told = pmsTexts(Uint8Array.from(heard))
    heard = []
    return told
  }
  const sayBytes = (bytes: Uint8Array): readonly string[] => {
    emulator.receive(bytes)
    return hear()
  }
  return {
    clock,
    emulator,
    hear,
    sayBytes,
    /** Says `ENQ`, or a message like `|LT|1|E|`. */
    say: (text: string) => sayBytes(text === 'ENQ' ? Uint8Array.of(0x05) : pmsBytes(text)),
    /** Puts a card onto an encoder. */
    lay: (uid: string, encoder = '1', type = 'key') => emulator.placeCard({ type, uid, encoder }),
    /** What is on a card; null for a blank. */
    keyOn: (uid: string): unknown => {
      const held = emulator.dumpCard(uid)
      return held.length === 0 ? null : JSON.parse(new TextDecoder().decode(held))
    },
    get hangUps() {
      return hangUps
    },
  }
}
