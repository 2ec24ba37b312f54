/**
 * The messages of USB/IP as the kernel's vhci_hcd speaks them over a stream, written from the kernel's
 * Documentation/usb/usbip_protocol.rst. All fields are big-endian but the eight bytes of a SETUP packet.
 * @module
 */

/** A transfer that the host asks for. */
export interface Submit {
  readonly kind: 'submit'
  readonly sequence: number
  readonly endpoint: number
  readonly direction: 'in' | 'out'
  /** The size of the host's buffer. */
  readonly sizeBytes: number
  /** On endpoint 0, the SETUP packet. */
  readonly setup: Buffer
  /** What the host sends. */
  readonly data: Buffer
}

/** The host wants a transfer back that is not done yet. */
interface Unlink {
  readonly kind: 'unlink'
  readonly sequence: number
  readonly target: number
}

export type HostMessage = Submit | Unlink

const HEADER_BYTES = 48
const CMD_SUBMIT = 1
const CMD_UNLINK = 2
const RET_SUBMIT = 3
const RET_UNLINK = 4

/** Negative numbers of <asm-generic/errno.h>: a stalled endpoint, a transfer taken back. */
const EPIPE = -32
const ECONNRESET = -104

const readMessage = (bytes: Buffer): { message: HostMessage; sizeBytes: number } | null => {
  if (bytes.length < HEADER_BYTES) return null
  const sequence = bytes.readUInt32BE(4)
  const command = bytes.readUInt32BE(0)
  if (command === CMD_UNLINK) {
    return { message: { kind: 'unlink', sequence, target: bytes.readUInt32BE(20) }, sizeBytes: HEADER_BYTES }
  }
  if (command !== CMD_SUBMIT) throw new Error(`USB/IP command ${String(command)}`)
  const direction = bytes.readUInt32BE(12) === 0 ? 'out' : 'in'
  const transferBytes = bytes.readUInt32BE(24)
  const sizeBytes = HEADER_BYTES + (direction === 'out' ? transferBytes : 0)
  if (bytes.length < sizeBytes) return null
  const message: Submit = {
    kind: 'submit',
    sequence,
    endpoint: bytes.readUInt32BE(16),
    direction,
    sizeBytes: transferBytes,
    setup: Buffer.from(bytes.subarray(40, HEADER_BYTES)),
    data: Buffer.from(bytes.subarray(HEADER_BYTES, sizeBytes)),
  }
  return { message, sizeBytes }
}

/** Returns what takes bytes of the stream, cut anywhere, and gives the messages that are complete. */
export const createUsbipReader = (): ((bytes: Buffer) => readonly HostMessage[]) => {
  let unread = Buffer.alloc(0)
  return (bytes) => {
    unread = Buffer.concat([unread, bytes])
    const messages: HostMessage[] = []
    for (let read = readMessage(unread); read !== null; read = readMessage(unread)) {
      messages.push(read.message)
      unread = unread.subarray(read.sizeBytes)
    }
    return messages
  }
}

const answer = (command: number, sequence: number, status: number, actualBytes: number): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(command, 0)
  header.writeUInt32BE(sequence, 4)
  header.writeInt32BE(status, 20)
  header.writeUInt32BE(actualBytes, 24)
  return header
}

/** An IN transfer is done with these bytes. */
export const received = ({ sequence }: Submit, data: Uint8Array): Buffer =>
  Buffer.concat([answer(RET_SUBMIT, sequence, 0, data.length), data])

/** An OUT transfer is done. */
export const sent = ({ sequence, sizeBytes }: Submit): Buffer => answer(RET_SUBMIT, sequence, 0, sizeBytes)

/** The device refuses a request. */
export const stalled = ({ sequence }: Submit): Buffer => answer(RET_SUBMIT, sequence, EPIPE, 0)

/** A transfer was taken back, or was done already. */
export const unlinked = ({ sequence }: Unlink, wasPending: boolean): Buffer =>
  answer(RET_UNLINK, sequence, wasPending ? ECONNRESET : 0, 0)
