import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Imports a module in a process of its own and returns what it left behind: active handles and timers, and native
 * libraries. Empty for a module that only defines things.
 */
export const findHandlesAfterImport = async (entry: URL | undefined): Promise<readonly string[]> => {
  if (entry === undefined) return ['the folder has no index']
  const script = `
    const libraries = () => process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node'))
    const before = [...process.getActiveResourcesInfo(), ...libraries()]
    await import(process.argv[1])
    await new Promise((resolve) => setImmediate(resolve))
    const after = [...process.getActiveResourcesInfo(), ...libraries()]
    for (const known of before) if (after.includes(known)) after.splice(after.indexOf(known), 1)
    console.log(JSON.stringify(after))
  `
  const loader = entry.pathname.endsWith('.ts')
    ? ['--import', 'tsx', '--conditions', 'encoder-bridge:source']
    : []
  const flags = [...loader, '--input-type=module', '--eval', script, entry.href]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 20_000 })
  const left: unknown = JSON.parse(stdout)
  return Array.isArray(left) ? left.map(String) : ['no list']
}
