import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

const NETWORK_CARDS = '/sys/class/net'
/** The address is the card's own: not made up by a driver, not set by a program (Linux, ABI/testing/sysfs-class-net, addr_assign_type). */
const PERMANENT = '0'

const markOf = (folder: string, name: string): string | null => {
  const read = (file: string): string => readFileSync(join(folder, name, file), 'utf8').trim()
  try {
    // What is no hardware has no device, and what sits on USB may be carried from one computer to the next.
    const isBuiltIn = !realpathSync(join(folder, name, 'device')).includes('/usb')
    if (!isBuiltIn || read('addr_assign_type') !== PERMANENT) return null
    return createHash('sha256').update(read('address')).digest('hex').slice(0, 16)
  } catch {
    return null
  }
}

/**
 * What tells this computer from another one that got its disk: a hash of the address of each built-in network card. Names
 * on the disk, like the machine id, travel with it. Empty where nothing is known: in a container, and on systems other than Linux.
 */
export const readMachineMarks = (folder = NETWORK_CARDS): readonly string[] => {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names.flatMap((name) => markOf(folder, name) ?? []).toSorted()
}
