import type { Emulator } from '../contract/index.ts'
import { serveControl } from './emulator-control.ts'

/** What carries an emulator to its host, as long as it is plugged in. */
export interface EmulatorWay {
  /** Where it is found: an OS path, or a `path` for the configuration of the desk. */
  readonly path: string
  close(): void
}

/** An emulated device that any program can reach. */
export interface EmulatorHost {
  /** Another one after each plug where the system chooses it. Undefined while unplugged. */
  readonly path: string | undefined
  /** Unplugs, closes the control socket and the emulator. Idempotent. */
  close(): void
}

/**
 * Keeps an emulator plugged in until close. What it holds outlives `unplug` (the way to it ends, its power goes) and `plug`
 * (the way is opened anew). Rejects as `openWay` and serveControl do.
 */
export const hostOn = async (
  emulator: Emulator,
  openWay: () => Promise<EmulatorWay>,
  controlPath: string | undefined,
): Promise<EmulatorHost> => {
  let way: EmulatorWay | undefined
  let plugging: Promise<void> | undefined
  const unplug = (): void => {
    way?.close()
    way = undefined
    emulator.powerCycle()
  }
  const openAndKeep = async (): Promise<void> => {
    way = await openWay()
  }
  const plug = async (): Promise<void> => {
    if (way !== undefined) return
    // Two clients of the control socket may ask at once; there is one way.
    plugging ??= openAndKeep().finally(() => {
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
      return way?.path
    },
    close: () => {
      closeControl()
      unplug()
      emulator.close()
    },
  }
}
