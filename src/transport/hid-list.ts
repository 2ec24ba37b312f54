import { realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import type { HidFacts } from '../contract/transport.ts'
import { hidFactsOf, type HidLibrary, loadHid } from './hid-library.ts'

/** One top-level collection of a HID device. On Linux the collections of one interface share its path. */
export interface HidDeviceEntry {
  readonly path: string
  readonly facts: HidFacts
  /**
   * Where it is plugged in, the same after every plug into that port: bus and ports on Linux (`1-2.3`), the instance id on
   * Windows (untested). Null where the platform does not tell, and for devices that are not on USB.
   */
  readonly usbPath: string | null
}

/** How the list is made; the defaults are the real computer. */
interface HidListPorts {
  readonly load?: () => Promise<HidLibrary>
  readonly resolveLink?: (path: string) => Promise<string>
}

/** The HID devices of this computer. Never rejects: where they can't be listed, the list is empty and `reason` says why. */
export const listHidDevices = async ({ load = loadHid, resolveLink = realpath }: HidListPorts = {}): Promise<{
  readonly devices: readonly HidDeviceEntry[]
  readonly reason: string | undefined
}> => {
  try {
    const found = await (await load()).devicesAsync()
    const devices = found.flatMap(({ path, ...device }) =>
      path === undefined || path === '' ? [] : [{ path, facts: hidFactsOf(device) }],
    )
    return {
      reason: undefined,
      devices: await Promise.all(
        devices.map(async (device) => ({ ...device, usbPath: await usbPathOf(device.path, resolveLink) })),
      ),
    }
  } catch (error) {
    return {
      devices: [],
      reason: `HID devices can't be listed: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

const usbPathOf = async (
  path: string,
  resolveLink: (path: string) => Promise<string>,
): Promise<string | null> => {
  // \\?\HID#VID_0C27&PID_3BFA#7&1a2b3c4d&0&0000#{4d1e55b2-…}
  const instance = /^\\\\\?\\HID#[^#]+#([^#]+)#/i.exec(path)?.[1]
  if (instance !== undefined) return instance.toLowerCase()
  if (!path.startsWith('/dev/hidraw')) return null
  try {
    const folders = (await resolveLink(`/sys/class/hidraw/${basename(path)}/device`)).split('/')
    return folders.findLast((folder) => /^\d+-\d+(?:\.\d+)*$/.test(folder)) ?? null
  } catch {
    // It was pulled out while the list was made.
    return null
  }
}
