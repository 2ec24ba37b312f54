import { readFile, stat } from 'node:fs/promises'

/**
 * The group that owns a file: for a serial port `dialout` on Debian, `uucp` on others (group(5): name, password, number,
 * members). Null where it can't be told.
 */
export const groupOfFile = async (path: string, groupFile = '/etc/group'): Promise<string | null> => {
  try {
    const { gid } = await stat(path)
    const groups = (await readFile(groupFile, 'utf8')).split('\n').map((line) => line.split(':'))
    return groups.find(([, , number]) => number === String(gid))?.[0] ?? null
  } catch {
    return null
  }
}
