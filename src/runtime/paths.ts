import { access, realpath } from 'node:fs/promises'

/** Whether something is there that may be opened. Windows keeps its COM ports out of the file system: opening tells. */
const exists = async (path: string): Promise<boolean> => {
  if (process.platform === 'win32' && /^(?:\\\\\.\\)?COM\d+$/i.test(path)) return true
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Where a link leads (`/dev/serial/by-id/…`), or the path itself. Windows spells its ports in capitals. */
const resolveLink = (path: string): Promise<string> =>
  process.platform === 'win32' ? Promise.resolve(path.toUpperCase()) : realpath(path).catch(() => path)

/** How the paths of devices are looked at on this computer. */
export const paths = { exists, resolveLink }
