import type { SerialEmulator } from '../contract/index.ts'
import { serveControl } from './emulator-control.ts'
import { compareSpeeds, rubbishOf } from './line-speed.ts'
import { openPty, type Pty } from './pty.ts'

interface EmulatorHostOptions {
  readonly emulator: SerialEmulator
  /** A symbolic link to the pseudoterminal: the device's path, the same after every plug. */
  readonly link?: string
  /** A Unix domain socket or a Windows named pipe to command the emulator by; see serveControl. */
  readonly controlPath?: string
}

/** An emulated device on a line that any program can open. */
export interface EmulatorHost {
  /** The pseudoterminal; another one after each plug. Undefined while unplugged. */
  readonly path: string | undefined
  /** Unplugs, closes the control socket and the emulator. Idempotent. */
  close(): void
}

/**
 * Runs an emulator on a kernel pseudoterminal, until close. Cards keep their memory as long as the emulator lives, through
 * `unplug` (the line hangs up, the power goes) and `plug` (a new line at the same link). The control socket takes one JSON
 * object a line: `{"do":"place","type":"classic1k","uid":"DEADBEEF"}` (and `memory` in hexadecimal), `remove`, `dump`,
 * `counts`, `present` (`technology`, and `data` in hexadecimal), `inject`, `unplug`, `plug`, `baudRate`. Bytes at a line
 * speed that is not the emulator's arrive as rubbish, in both directions, where the host's speed can be told (Linux with
 * koffi); elsewhere every speed fits.
 * Rejects as openPty and serveControl do.
 */
export const hostEmulator = async ({
  emulator,
  link,
  controlPath,
}: EmulatorHostOptions): Promise<EmulatorHost> => {
  let pty: Pty | undefined
  let plugging: Promise<void> | undefined
  const readHostBaudRate = (): number | undefined => pty?.hostBaudRate()
  const speeds = compareSpeeds(readHostBaudRate, emulator, () => performance.now())
  const unplug = (): void => {
    pty?.close()
    pty = undefined
    emulator.powerCycle()
  }
  const openLine = async (): Promise<void> => {
    const opened = await openPty({
      ...(link !== undefined && { link }),
      onBytes: (bytes) => emulator.receive(bytes, speeds.ofReceived()),
    })
    pty = opened
    emulator.connect((bytes) => opened.write(speeds.isReadable() ? bytes : rubbishOf(bytes)))
  }
  const plug = async (): Promise<void> => {
    if (pty !== undefined) return
    // Two clients of the control socket may ask at once; there is one line.
    plugging ??= openLine().finally(() => {
      plugging = undefined
    })
    await plugging
  }

  await plug()
  let closeControl = (): void => {}
  try {
    if (controlPath !== undefined) closeControl = await serveControl(emulator, { unplug, plug }, controlPath)
  } catch (error) {
    unplug()
    throw error
  }
  return {
    get path() {
      return pty?.path
    },
    close: () => {
      closeControl()
      unplug()
      emulator.close()
    },
  }
}
