import { readFile, readdir, readlink } from 'node:fs/promises'

const LISTENING = '0A'

/** The socket inodes that listen on a port, from a table of /proc/net (proc_pid_net(5): local address, state, inode). */
const listenersIn = (table: string, port: number): string[] => {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/)
      const [, local, , state] = fields
      const inode = fields[9]
      return local?.endsWith(wanted) && state === LISTENING && inode !== undefined ? [inode] : []
    })
}

const readOr = <T>(work: Promise<T>, fallback: T): Promise<T> => work.catch(() => fallback)

const holdsAny = async (pid: string, sockets: ReadonlySet<string>): Promise<boolean> => {
  const descriptors = await readOr(readdir(`/proc/${pid}/fd`), [])
  const targets = await Promise.all(descriptors.map((fd) => readOr(readlink(`/proc/${pid}/fd/${fd}`), '')))
  return targets.some((target) => sockets.has(target))
}

/**
 * The process that listens on a TCP port of this computer, as `name (process 123)`. Null where it can't be told: another
 * system than Linux, or a process of another user.
 */
export const findPortHolder = async (port: number): Promise<string | null> => {
  const tables = await Promise.all([
    readOr(readFile('/proc/net/tcp', 'utf8'), ''),
    readOr(readFile('/proc/net/tcp6', 'utf8'), ''),
  ])
  const sockets = new Set(
    tables.flatMap((table) => listenersIn(table, port)).map((inode) => `socket:[${inode}]`),
  )
  if (sockets.size === 0) return null
  const pids = (await readOr(readdir('/proc'), [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (await holdsAny(pid, sockets)) {
      const name = (await readOr(readFile(`/proc/${pid}/comm`, 'utf8'), '')).trim()
      return `${name === '' ? 'a program' : name} (process ${pid})`
    }
  }
  return null
}
