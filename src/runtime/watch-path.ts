import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/**
 * Calls back when an entry of that name comes or goes in the path's folder. Where the folder can't be watched, or on
 * Windows (COM ports are no files), nothing is told: the back-off of the device finds it a little later.
 */
export const watchPath = (path: string, onChange: () => void): (() => void) => {
  if (process.platform === 'win32') return () => undefined
  try {
    const name = basename(path)
    const watcher = watch(dirname(path), { persistent: false }, (_, entry) => {
      if (entry === null || entry === name) onChange()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}
