import { createUsbDevice, type ControlRequest, type Pluggable } from './usb-device.ts'

/** What is wired to the adapter's TX and RX. */
interface Wires {
  /** Bytes of the host, at the line speed in force. */
  receive(bytes: Uint8Array, baudRate: number): void
  /** The adapter, and what it powers, has lost its power. */
  powerLost(): void
}

/** An FT232R as the kernel's ftdi_sio knows it, with what is wired to it. */
export interface FtdiAdapter extends Pluggable {
  readonly baudRate: number
  /** Bytes for the host. */
  send(bytes: Uint8Array): void
}

/** FTDI, FT232R. */
const VENDOR_ID = 0x0403
const PRODUCT_ID = 0x6001

/** Vendor requests and status bits of the kernel's drivers/usb/serial/ftdi_sio.h. */
const SET_BAUD_RATE = 3
const GET_MODEM_STATUS = 5
const GET_LATENCY_TIMER = 10
const READ_EEPROM = 0x90
/** CTS, DSR, then an empty transmitter: they precede the bytes of each packet to the host. */
const STATUS = [0x31, 0x60]
const PACKET_BYTES = 64
const LATENCY_MS = 16

const BULK = 2
const [IN, OUT] = [1, 2]
const interfaceDescriptors = Uint8Array.of(
  ...[9, 4, 0, 0, 2, 0xff, 0xff, 0xff, 2],
  ...[7, 5, 0x80 | IN, BULK, PACKET_BYTES, 0, 0],
  ...[7, 5, OUT, BULK, PACKET_BYTES, 0, 0],
)

/** The divisor's eighths, by the three bits that are not in their order (FTDI AN232B-05, §4.1). */
const EIGHTHS = [0, 4, 2, 1, 3, 5, 6, 7]

/** The line speed of 3 MHz by a divisor; 0 and 1 stand for the two speeds that no divisor gives (FTDI AN232B-05, §4). */
const baudRateOf = ({ value, index }: ControlRequest): number => {
  const whole = value & 0x3fff
  const eighths = EIGHTHS[(value >> 14) | ((index & 1) << 2)] ?? 0
  if (eighths === 0 && whole <= 1) return whole === 0 ? 3_000_000 : 2_000_000
  return Math.round(3_000_000 / (whole + eighths / 8))
}

const vendorAnswer = ({ request }: ControlRequest): Uint8Array => {
  switch (request) {
    case GET_MODEM_STATUS:
      return Uint8Array.from(STATUS)
    case GET_LATENCY_TIMER:
      return Uint8Array.of(LATENCY_MS)
    case READ_EEPROM:
      return Uint8Array.of(0, 0)
    default:
      return new Uint8Array()
  }
}

export const createFtdiAdapter = (serialNumber: string, wires: Wires): FtdiAdapter => {
  let baudRate = 9600
  const device = createUsbDevice({
    vendorId: VENDOR_ID,
    productId: PRODUCT_ID,
    release: 0x0600,
    manufacturer: 'FTDI',
    product: 'FT232R USB UART',
    serialNumber,
    interfaceDescriptors,
    control: (request) => {
      if ((request.type & 0x60) !== 0x40) return null
      if (request.request === SET_BAUD_RATE) baudRate = baudRateOf(request)
      return vendorAnswer(request)
    },
    receive: (_endpoint, bytes) => wires.receive(bytes, baudRate),
    unplugged: () => wires.powerLost(),
  })
  return {
    plug: device.plug,
    unplug: device.unplug,
    [Symbol.dispose]: device.unplug,
    get baudRate() {
      return baudRate
    },
    send: (bytes) => {
      const room = PACKET_BYTES - STATUS.length
      for (let start = 0; start < bytes.length; start += room) {
        device.send(IN, Uint8Array.of(...STATUS, ...bytes.subarray(start, start + room)))
      }
    },
  }
}
