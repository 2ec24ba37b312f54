import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const checkout = join(import.meta.dirname, '..', '..', '..', '..')

/** Where a source of the checkout is in the archive, compiled. */
export const compiledPath = (source: URL): string =>
  relative(checkout, fileURLToPath(source)).replace(/\.ts$/, '.js')

/** What npm has installed, but for what is needed for development only; nested packages come with their parents. */
const installedPackages = (): readonly string[] => {
  const lock = JSON.parse(readFileSync(join(checkout, 'node_modules', '.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
  }
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => dev !== true && path.lastIndexOf('node_modules/') === 0)
    .map(([path]) => path)
}

/**
 * Packs the checkout into one archive: sources, tests and what would be in dist compiled alike, and the packages that they
 * need. A machine whose processor is translated would take ten seconds to compile it at each start, and as much to find a
 * thousand small files on its host. Types are checked elsewhere.
 */
export const packProgram = async (folder: string): Promise<string> => {
  const program = join(folder, 'program')
  mkdirSync(program)
  const options = ['--project', join(checkout, 'tsconfig.json'), '--noEmit', 'false', '--noCheck']
  await run(join(checkout, 'node_modules', '.bin', 'tsc'), [...options, '--outDir', program])
  copyFileSync(join(checkout, 'package.json'), join(program, 'package.json'))
  symlinkSync('.', join(program, 'dist'))
  const archive = join(folder, 'program.tar')
  const packages = ['--exclude=*.map', '--exclude=*.c', '--directory', checkout, ...installedPackages()]
  await run('tar', ['--create', '--file', archive, '--directory', program, '.', ...packages])
  return archive
}
