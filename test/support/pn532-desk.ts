import type { Card, CardAddress, CardDevice, MifareKey } from 'encoder-bridge/driver'
import pn532 from '../../drivers/pn532/index.ts'
import { formatHex } from '../../src/wire/hex.ts'
import { type Tamper, tamperWith } from '../conformance/line-faults.ts'
import { createRig, type Rig, type RigOptions } from '../conformance/rig.ts'

export const idle = { signal: new AbortController().signal }
export const classic = { type: 'classic1k', uid: '922E5832' }
export const transportKey = { type: 'A', value: new Uint8Array(6).fill(0xff) } as const

export const block = (number: number, key: MifareKey = transportKey): CardAddress => ({
  kind: 'block',
  block: number,
  key,
})
export const page = (number: number, password: Uint8Array | null = null): CardAddress => ({
  kind: 'page',
  page: number,
  password,
})

/** A device of the driver that has found the card in its field. */
export interface Desk extends Rig {
  readonly device: CardDevice
  readonly card: Card
  /** The frames that the driver sent since the card was found, in hexadecimal. */
  readonly sent: string[]
  read(at: CardAddress): Promise<Uint8Array>
  write(at: CardAddress, data: Uint8Array): Promise<void>
}

export const noteInto =
  (sent: string[]): Tamper =>
  (piece) => {
    sent.push(formatHex(piece))
    return [piece]
  }

export const openDesk = async (options: RigOptions = {}): Promise<Desk> => {
  const sent: string[] = []
  const wrap: RigOptions['wrap'] = (line) => tamperWith(line, { toDevice: noteInto(sent) })
  const rig = await createRig(pn532, { card: classic, wrap, ...options })
  const device = await rig.open()
  const card = await rig.clock.drive(device.waitForCard(idle))
  sent.length = 0
  return {
    ...rig,
    device,
    card,
    sent,
    read: (at) => rig.clock.drive(device.read(card, at, idle)),
    write: (at, data) => rig.clock.drive(device.write(card, at, data, idle)),
  }
}

/** The commands in frames: TFI and what follows it, without preamble, length and checksum. */
export const commandsOf = (frames: readonly string[]): readonly string[] =>
  frames.map((frame) => frame.slice(10, -4))
