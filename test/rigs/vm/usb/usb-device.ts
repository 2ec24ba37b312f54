import type { Duplex } from 'node:stream'
import {
  createUsbipReader,
  received,
  sent,
  stalled,
  unlinked,
  type HostMessage,
  type Submit,
} from './usbip.ts'
import { plugIntoVhci } from './vhci.ts'

/** A request on endpoint 0 (USB 2.0, §9.3). */
export interface ControlRequest {
  /** bmRequestType: direction, type and recipient. */
  readonly type: number
  readonly request: number
  readonly value: number
  readonly index: number
  readonly data: Uint8Array
}

/** What one kind of device adds to every USB device. */
export interface UsbFunction {
  readonly vendorId: number
  readonly productId: number
  /** bcdDevice. */
  readonly release: number
  readonly manufacturer: string
  readonly product: string
  readonly serialNumber: string
  /** The interface and all that belongs to it, as it stands in the configuration descriptor (USB 2.0, §9.6.5). */
  readonly interfaceDescriptors: Uint8Array
  /** Answers a class or vendor request, or the request for a descriptor of its own; null stalls. */
  control(request: ControlRequest): Uint8Array | null
  /** Bytes of the host for an endpoint. */
  receive(endpoint: number, bytes: Uint8Array): void
  /** The device has been unplugged: what it still wanted to say is gone. */
  unplugged(): void
}

/** What can be plugged into the kernel's virtual host controller. To dispose of it is to unplug it. */
export interface Pluggable extends Disposable {
  /** Plugs the device into a port of the host controller, 0 to 7. */
  plug(port: number): Promise<void>
  /** Pulls the cable. */
  unplug(): void
}

/** A USB device of one configuration with one interface. */
interface UsbDevice extends Pluggable {
  /** One packet for the host, when it asks the endpoint for one. */
  send(endpoint: number, packet: Uint8Array): void
}

/** Standard requests and descriptor types of USB 2.0, tables 9-4 and 9-5. */
const GET_STATUS = 0
const GET_DESCRIPTOR = 6
const GET_CONFIGURATION = 8
const DEVICE = 1
const CONFIGURATION = 2
const STRING = 3
const ENGLISH = Buffer.from([4, STRING, 0x09, 0x04])
/** Requests that change nothing here: CLEAR_FEATURE, SET_FEATURE, SET_CONFIGURATION, SET_INTERFACE. */
const ACCEPTED = [1, 3, 9, 11]

const littleEndian = (value: number): [number, number] => [value & 0xff, value >> 8]

const deviceDescriptor = ({ vendorId, productId, release }: UsbFunction): Buffer =>
  Buffer.from([
    ...[18, DEVICE, ...littleEndian(0x0200), 0, 0, 0, 64],
    ...[...littleEndian(vendorId), ...littleEndian(productId), ...littleEndian(release), 1, 2, 3, 1],
  ])

const configurationDescriptor = ({ interfaceDescriptors }: UsbFunction): Buffer =>
  Buffer.from([
    ...[9, CONFIGURATION, ...littleEndian(9 + interfaceDescriptors.length), 1, 1, 0, 0x80, 50],
    ...interfaceDescriptors,
  ])

const stringDescriptor = (text: string): Buffer => {
  const characters = Buffer.from(text, 'utf16le')
  return Buffer.concat([Buffer.from([characters.length + 2, STRING]), characters])
}

const descriptor = (device: UsbFunction, { value }: ControlRequest): Uint8Array | null => {
  const texts = [device.manufacturer, device.product, device.serialNumber]
  switch (value >> 8) {
    case DEVICE:
      return deviceDescriptor(device)
    case CONFIGURATION:
      return configurationDescriptor(device)
    case STRING:
      return (value & 0xff) === 0 ? ENGLISH : stringDescriptor(texts[(value & 0xff) - 1] ?? '')
    default:
      return null
  }
}

const standardAnswer = (device: UsbFunction, request: ControlRequest): Uint8Array | null => {
  if (request.request === GET_DESCRIPTOR) return descriptor(device, request) ?? device.control(request)
  if (request.request === GET_STATUS) return Uint8Array.of(0, 0)
  if (request.request === GET_CONFIGURATION) return Uint8Array.of(1)
  return ACCEPTED.includes(request.request) ? new Uint8Array() : null
}

const controlRequest = ({ setup, data }: Submit): ControlRequest => ({
  type: setup.readUInt8(0),
  request: setup.readUInt8(1),
  value: setup.readUInt16LE(2),
  index: setup.readUInt16LE(4),
  data,
})

export const createUsbDevice = (device: UsbFunction): UsbDevice => {
  let cable: Duplex | undefined
  /** Of each endpoint: what the host asks for and what there is to say; one of the two is empty. */
  let asked: Submit[] = []
  let unsaid: { readonly endpoint: number; readonly packet: Uint8Array }[] = []

  const answerControl = (submit: Submit): Buffer => {
    const request = controlRequest(submit)
    const isStandard = (request.type & 0x60) === 0
    const data = isStandard ? standardAnswer(device, request) : device.control(request)
    if (data === null) return stalled(submit)
    return submit.direction === 'in' ? received(submit, data.subarray(0, submit.sizeBytes)) : sent(submit)
  }

  const take = (message: HostMessage): void => {
    if (message.kind === 'unlink') {
      const left = asked.filter(({ sequence }) => sequence !== message.target)
      const wasPending = left.length < asked.length
      asked = left
      cable?.write(unlinked(message, wasPending))
    } else if (message.endpoint === 0) {
      cable?.write(answerControl(message))
    } else if (message.direction === 'out') {
      cable?.write(sent(message))
      device.receive(message.endpoint, message.data)
    } else {
      asked.push(message)
      deliver()
    }
  }

  const deliver = (): void => {
    for (const request of [...asked]) {
      const next = unsaid.find(({ endpoint }) => endpoint === request.endpoint)
      if (next === undefined) continue
      asked = asked.filter((other) => other !== request)
      unsaid = unsaid.filter((other) => other !== next)
      cable?.write(received(request, next.packet))
    }
  }

  const unplug = (): void => {
    if (cable === undefined) return
    cable.destroy()
    cable = undefined
    asked = []
    unsaid = []
    device.unplugged()
  }

  return {
    plug: async (port) => {
      const { stream, attached } = await plugIntoVhci(port)
      const read = createUsbipReader()
      cable = stream
      stream.on('data', (bytes: Buffer) => read(bytes).forEach(take))
      // An answer may be under way when the cable is pulled.
      stream.on('error', () => undefined)
      await attached
    },
    unplug,
    [Symbol.dispose]: unplug,
    send: (endpoint, packet) => {
      if (cable === undefined) return
      unsaid.push({ endpoint, packet })
      deliver()
    },
  }
}
