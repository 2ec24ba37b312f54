import type {
  BlockAddress,
  Card,
  CardAddress,
  CardDevice,
  Driver,
  MifareKey,
  PageAddress,
  PcscTransport,
} from 'encoder-bridge/driver'
import { createPcscEmulator } from '../../drivers/pcsc/emulator.ts'
import type { ReaderModelName } from '../../drivers/pcsc/emulator-models.ts'
import pcsc from '../../drivers/pcsc/index.ts'
import { formatHex } from '../../src/wire/hex.ts'
import { createRig, type Rig, type RigOptions } from '../conformance/rig.ts'

export const idle = { signal: new AbortController().signal }
export const classic = { type: 'classic1k', uid: '922E5832' }
export const transportKey: MifareKey = { type: 'A', value: new Uint8Array(6).fill(0xff) }

export const block = (number: number, key = transportKey): BlockAddress => ({
  kind: 'block',
  block: number,
  key,
})
export const page = (number: number, password: Uint8Array | null = null): PageAddress => ({
  kind: 'page',
  page: number,
  password,
})

interface DeskOptions extends RigOptions<'pcsc'> {
  readonly model?: ReaderModelName
}

type Reader = Rig<'pcsc'> & { readonly sent: string[] }

/** The driver with another reader of the emulator's behind it. */
const driverOf = (model: ReaderModelName): Driver => ({
  ...pcsc,
  options: pcsc.options,
  open: (context, io) => pcsc.open({ ...context, options: {} }, io),
  emulate: async (options) => createPcscEmulator(options, model),
})

/** A reader whose calls are noted: APDUs and escape commands in hexadecimal, `connect`, `reset` and `leave`. */
export const createReader = async ({
  model = 'acr122u',
  wrap,
  ...options
}: DeskOptions = {}): Promise<Reader> => {
  const sent: string[] = []
  const note = (reader: PcscTransport): PcscTransport => ({
    ...reader,
    connect: () => {
      sent.push('connect')
      return reader.connect()
    },
    disconnect: (isReset) => {
      sent.push(isReset ? 'reset' : 'leave')
      return reader.disconnect(isReset)
    },
    transmit: (apdu) => {
      sent.push(formatHex(apdu))
      return reader.transmit(apdu)
    },
    escape: (command) => {
      sent.push(`escape ${formatHex(command)}`)
      return reader.escape(command)
    },
  })
  const rig = await createRig(driverOf(model), {
    ...options,
    transport: 'pcsc',
    wrap: (reader) => note(wrap?.(reader) ?? reader),
  })
  return { ...rig, sent }
}

export interface Desk extends Reader {
  readonly device: CardDevice
  readonly card: Card
  read(at: CardAddress): Promise<Uint8Array>
  write(at: CardAddress, data: Uint8Array): Promise<void>
}

/** A device that has found the card in its field; what was sent until then is forgotten. */
export const openDesk = async (options: DeskOptions = {}): Promise<Desk> => {
  const rig = await createReader({ card: classic, ...options })
  const device = await rig.open()
  const card = await rig.clock.drive(device.waitForCard(idle))
  rig.sent.length = 0
  return {
    ...rig,
    device,
    card,
    read: (at) => rig.clock.drive(device.read(card, at, idle)),
    write: (at, data) => rig.clock.drive(device.write(card, at, data, idle)),
  }
}
