/**
 * Writes the generated pages of docs/ and the README's table of devices. With `--check` it writes nothing, names the stale ones and exits 1.
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { generatedPages } from './pages.ts'

const root = new URL('..', import.meta.url)
const check = process.argv.includes('--check')

for (const { path, render } of generatedPages) {
  const file = new URL(path, root)
  const content = await render()
  const current = await readFile(file, 'utf8').catch(() => null)
  if (content === current) continue
  if (check) {
    process.exitCode = 1
    process.stderr.write(`${path} is stale: run npm run docs\n`)
  } else {
    await writeFile(file, content)
    process.stdout.write(`${path} written\n`)
  }
}
