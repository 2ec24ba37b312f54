import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** A device that types, as the kernel describes it. */
export interface KeyboardFacts {
  readonly path: string
  readonly name: string
  /** Four hexadecimal digits each; empty for a keyboard that is not on USB. */
  readonly vendorId: string
  readonly productId: string
  readonly serialNumber: string
  /** Where it is plugged in, like `1-2.3`; null where the kernel does not tell. */
  readonly usbPath: string | null
}

/** KEY_A and KEY_ENTER: what types has both, buttons and mice have not. */
const TYPING_KEYS = [30, 28]
const USB_PORT = /\/(\d+-\d+(?:\.\d+)*)(?=\/|:)/g

const readOr = (path: string, fallback: string): string =>
  existsSync(path) ? readFileSync(path, 'utf8').trim() : fallback

/** The capability mask: words of 64 bits in hexadecimal, the most significant first (Documentation/input/input.rst). */
const hasKeys = (mask: string): boolean => {
  const words = mask.split(' ').toReversed()
  return TYPING_KEYS.every((key) => {
    const word = BigInt(`0x${words[Math.floor(key / 64)] || '0'}`)
    return ((word >> BigInt(key % 64)) & 1n) === 1n
  })
}

/** What the kernel tells of an event device; nothing when it does not type, or is pulled out meanwhile. */
const factsOf = (device: string, path: string): readonly KeyboardFacts[] => {
  try {
    if (!hasKeys(readOr(join(device, 'capabilities', 'key'), '0'))) return []
    const place = [...realpathSync(device).matchAll(USB_PORT)].at(-1)
    const isUsb = readOr(join(device, 'id', 'bustype'), '') === '0003'
    return [
      {
        path,
        name: readOr(join(device, 'name'), ''),
        vendorId: isUsb ? readOr(join(device, 'id', 'vendor'), '') : '',
        productId: isUsb ? readOr(join(device, 'id', 'product'), '') : '',
        serialNumber: readOr(join(device, 'uniq'), ''),
        usbPath: isUsb ? (place?.[1] ?? null) : null,
      },
    ]
  } catch {
    return []
  }
}

/** The devices of this computer that type. Linux only, empty elsewhere; never throws. */
export const listKeyboards = (
  sysFolder = '/sys/class/input',
  devFolder = '/dev/input',
): readonly KeyboardFacts[] => {
  try {
    return readdirSync(sysFolder)
      .filter((name) => /^event\d+$/.test(name))
      .flatMap((name) => factsOf(join(sysFolder, name, 'device'), join(devFolder, name)))
  } catch {
    return []
  }
}
