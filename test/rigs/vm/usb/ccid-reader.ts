import type { PcscEmulator } from '../../../../src/contract/emulator.ts'
import type { PcscState } from '../../../../src/contract/transport.ts'
import { createUsbDevice, type Pluggable } from './usb-device.ts'

/** What is in a reader: its slot and the card. */
export type ReaderCore = Pick<
  PcscEmulator,
  'connect' | 'powerOn' | 'powerOff' | 'transmit' | 'escape' | 'powerCycle'
>

/** ACS ACR122U: one that libccid knows and that has no quirks in it. */
const VENDOR_ID = 0x072f
const PRODUCT_ID = 0x2200

/** Messages of the CCID specification 1.1, tables 6.1-1, 6.2-1 and 6.3-1. */
const SET_PARAMETERS = 0x61
const POWER_ON = 0x62
const POWER_OFF = 0x63
const GET_SLOT_STATUS = 0x65
const ESCAPE = 0x6b
const GET_PARAMETERS = 0x6c
const RESET_PARAMETERS = 0x6d
const TRANSFER_BLOCK = 0x6f
const DATA_BLOCK = 0x80
const SLOT_STATUS = 0x81
const PARAMETERS = 0x82
const ESCAPE_ANSWER = 0x83
const SLOT_CHANGE = 0x50
const HEADER_BYTES = 10

/** bmICCStatus, bmCommandStatus and bError (§6.2.6): the card is there and powered, is not powered, is not there. */
const ACTIVE = 0
const INACTIVE = 1
const ABSENT = 2
const FAILED = 0x40
const ICC_MUTE = 0xfe
const CMD_NOT_SUPPORTED = 0x00

/** T=1 with the values of ISO 7816-3 where a card says nothing (§6.2.3). */
const T1_PARAMETERS = Uint8Array.of(0x11, 0x10, 0xfe, 0x4d, 0x00, 0xfe, 0x00)

const words = (...values: readonly number[]): number[] =>
  values.flatMap((value) => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24])

/** The class descriptor (§5.1): one slot, T=0 and T=1, short APDU level exchange, everything automatic. */
const classDescriptor = [
  ...[54, 0x21, 0x10, 0x01, 0, 7],
  ...words(3, 4_000, 4_000),
  ...[0, ...words(9_600, 115_200), 0],
  ...words(254, 0, 0, 0x0002_007e, 271),
  ...[0, 0, 0, 0, 0, 1],
]

const [INTERRUPT, BULK] = [3, 2]
const [NOTICES, COMMANDS, ANSWERS] = [1, 2, 2]
const interfaceDescriptors = Uint8Array.of(
  ...[9, 4, 0, 0, 3, 0x0b, 0, 0, 0],
  ...classDescriptor,
  ...[7, 5, 0x80 | NOTICES, INTERRUPT, 8, 0, 10],
  ...[7, 5, COMMANDS, BULK, 64, 0, 0],
  ...[7, 5, 0x80 | ANSWERS, BULK, 64, 0, 0],
)

/** An answer to a command. */
interface Answer {
  readonly type: number
  readonly data?: Uint8Array
  readonly error?: number
  /** The message's last byte: the protocol of parameters, else 0. */
  readonly detail?: number
}

/** A USB CCID reader as libccid knows it, with what is in it. */
export const createCcidReader = (serialNumber: string, core: ReaderCore): Pluggable => {
  let state: PcscState = { kind: 'empty' }
  let isPowered = false
  let unread = Buffer.alloc(0)

  const powerOn = (): Answer => {
    if (state.kind !== 'present') return { type: DATA_BLOCK, error: ICC_MUTE }
    core.powerOn()
    isPowered = true
    return { type: DATA_BLOCK, data: state.atr }
  }

  const powerOff = (): Answer => {
    core.powerOff()
    isPowered = false
    return { type: SLOT_STATUS }
  }

  const exchange = async (type: number, work: () => Promise<Uint8Array>): Promise<Answer> => {
    try {
      return { type, data: await work() }
    } catch {
      return { type, error: ICC_MUTE }
    }
  }

  const carryOut = async (command: number, data: Uint8Array): Promise<Answer> => {
    switch (command) {
      case POWER_ON:
        return powerOn()
      case POWER_OFF:
        return powerOff()
      case GET_SLOT_STATUS:
        return { type: SLOT_STATUS }
      case TRANSFER_BLOCK:
        return exchange(DATA_BLOCK, () => core.transmit(data))
      case ESCAPE:
        return exchange(ESCAPE_ANSWER, () => core.escape(data))
      case SET_PARAMETERS:
      case GET_PARAMETERS:
      case RESET_PARAMETERS:
        return { type: PARAMETERS, data: T1_PARAMETERS, detail: 1 }
      default:
        return { type: SLOT_STATUS, error: CMD_NOT_SUPPORTED }
    }
  }

  const cardStatus = (): number => {
    if (state.kind === 'empty') return ABSENT
    return isPowered ? ACTIVE : INACTIVE
  }

  const answer = async (command: number, sequence: number, data: Uint8Array): Promise<void> => {
    const { type, data: body = new Uint8Array(), error, detail = 0 } = await carryOut(command, data)
    const status = cardStatus() | (error === undefined ? 0 : FAILED)
    const header = [type, ...words(body.length), 0, sequence, status, error ?? 0, detail]
    device.send(ANSWERS, Uint8Array.of(...header, ...body))
  }

  const device = createUsbDevice({
    vendorId: VENDOR_ID,
    productId: PRODUCT_ID,
    release: 0x0214,
    manufacturer: 'ACS',
    product: 'ACR122U PICC Interface',
    serialNumber,
    interfaceDescriptors,
    control: ({ type }) => (type === 0x21 ? new Uint8Array() : null),
    receive: (_endpoint, bytes) => {
      unread = Buffer.concat([unread, bytes])
      while (unread.length >= HEADER_BYTES && unread.length >= HEADER_BYTES + unread.readUInt32LE(1)) {
        const sizeBytes = HEADER_BYTES + unread.readUInt32LE(1)
        const message = unread.subarray(0, sizeBytes)
        unread = unread.subarray(sizeBytes)
        void answer(
          message.readUInt8(0),
          message.readUInt8(6),
          Uint8Array.from(message.subarray(HEADER_BYTES)),
        )
      }
    },
    unplugged: () => {
      unread = Buffer.alloc(0)
      isPowered = false
      core.powerCycle()
    },
  })

  core.connect((next) => {
    state = next
    if (next.kind === 'empty') isPowered = false
    // §6.3.1: bit 0 is the card's presence, bit 1 its change.
    device.send(NOTICES, Uint8Array.of(SLOT_CHANGE, next.kind === 'empty' ? 0b10 : 0b11))
  })
  return device
}
