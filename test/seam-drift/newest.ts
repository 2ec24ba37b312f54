import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Document } from './fields.ts'

const run = promisify(execFile)
const PACKAGE = '@seamapi/types'
const WITHIN_MS = 120_000
const MAX_DOCUMENT_BYTES = 64 * 1_048_576
/** Where the package keeps its document: it is a module, not a file of data. */
const READER = `import { openapi } from '${PACKAGE}/connect'\nprocess.stdout.write(JSON.stringify(openapi))\n`

export type Newest =
  | { readonly kind: 'fetched'; readonly version: string; readonly document: Document }
  | { readonly kind: 'unreachable'; readonly reason: string }

const reasonOf = (error: unknown): string => {
  const { stderr, message } = error as { readonly stderr?: string; readonly message?: string }
  const told = (stderr ?? '').split('\n').find((line) => /npm (?:error|ERR!)/.test(line))
  return told ?? message ?? String(error)
}

/**
 * The newest published document, by the npm that runs this (`npm run` names it in `npm_execpath`). It is installed into a
 * temporary folder without its scripts, and read in a process of its own.
 */
export const fetchNewest = async (npmPath: string, version = 'latest'): Promise<Newest> => {
  const folder = await mkdtemp(join(tmpdir(), 'seam-types-'))
  try {
    const words = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--fetch-retries=1']
    await run(process.execPath, [npmPath, 'install', ...words, '--prefix', folder, `${PACKAGE}@${version}`], {
      timeout: WITHIN_MS,
    })
    const reader = join(folder, 'read.mjs')
    await writeFile(reader, READER)
    const { stdout } = await run(process.execPath, [reader], {
      timeout: WITHIN_MS,
      maxBuffer: MAX_DOCUMENT_BYTES,
    })
    const about = await readFile(join(folder, 'node_modules', ...PACKAGE.split('/'), 'package.json'), 'utf8')
    return {
      kind: 'fetched',
      version: (JSON.parse(about) as { version: string }).version,
      document: JSON.parse(stdout) as Document,
    }
  } catch (error) {
    return { kind: 'unreachable', reason: reasonOf(error) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
