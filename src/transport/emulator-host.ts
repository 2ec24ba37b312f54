import type { SerialEmulator } from '../contract/index.ts'
import { type EmulatorHost, hostOn } from './emulator-life.ts'
import { compareSpeeds, rubbishOf } from './line-speed.ts'
import { openPty, type Pty } from './pty.ts'

interface EmulatorHostOptions {
  readonly emulator: SerialEmulator
  /** A symbolic link to the pseudoterminal: the device's path, the same after every plug. */
  readonly link?: string
  /** A Unix domain socket or a Windows named pipe to command the emulator by; see serveControl. */
  readonly controlPath?: string
}

/**
 * Runs an emulator on a kernel pseudoterminal, until close; after each plug it is another one, at the same link. Bytes at a line
 * speed that is not the emulator's arrive as rubbish, in both directions, where the host's speed can be told (Linux with
 * koffi); elsewhere every speed fits.
 * Rejects as openPty and serveControl do.
 */
export const hostEmulator = ({ emulator, link, controlPath }: EmulatorHostOptions): Promise<EmulatorHost> => {
  let pty: Pty | undefined
  const readHostBaudRate = (): number | undefined => pty?.hostBaudRate()
  const speeds = compareSpeeds(readHostBaudRate, emulator, () => performance.now())
  const openWay = async (): Promise<Pty> => {
    const opened = await openPty({
      ...(link !== undefined && { link }),
      onBytes: (bytes) => emulator.receive(bytes, speeds.ofReceived()),
    })
    pty = opened
    emulator.connect((bytes) => opened.write(speeds.isReadable() ? bytes : rubbishOf(bytes)))
    return opened
  }
  return hostOn(emulator, openWay, controlPath)
}
