import { readdir, readFile, readlink, realpath } from 'node:fs/promises'

const readOr = <T>(work: Promise<T>, fallback: T): Promise<T> => work.catch(() => fallback)

const holds = async (pid: string, path: string, proc: string): Promise<boolean> => {
  const folder = `${proc}/${pid}/fd`
  const descriptors = await readOr(readdir(folder), [])
  const targets = await Promise.all(descriptors.map((fd) => readOr(readlink(`${folder}/${fd}`), '')))
  return targets.includes(path)
}

/**
 * The other process that has a file open, as `name (process 123)`. Null where it can't be told: nobody has, another system than
 * Linux, or a process of another user (and every other one under systemd's `ProtectProc=invisible`).
 */
export const findFileHolder = async (path: string, proc = '/proc'): Promise<string | null> => {
  const node = await readOr(realpath(path), path)
  const pids = (await readOr(readdir(proc), [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (pid !== String(process.pid) && (await holds(pid, node, proc))) {
      const name = (await readOr(readFile(`${proc}/${pid}/comm`, 'utf8'), '')).trim()
      return `${name === '' ? 'a program' : name} (process ${pid})`
    }
  }
  return null
}
