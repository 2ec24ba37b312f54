import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { root } from '../support/repository.ts'

/** What `npm install` leaves behind: the package, as the test has it published. */
const npmThatInstalls = (change: string): string => `
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openapi } from '@seamapi/types/connect'
const folder = join(process.argv[process.argv.indexOf('--prefix') + 1], 'node_modules', '@seamapi', 'types')
const document = structuredClone(openapi)
${change}
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '2.0.0', type: 'module', exports: { './connect': './connect.js' } }))
writeFileSync(join(folder, 'connect.js'), 'export const openapi = ' + JSON.stringify(document))
`
const npmWithoutNetwork = `process.stderr.write('npm error code ENOTFOUND\\n'); process.exit(1)`

/** Runs the check with an npm of the test's own, from the repository so that it finds packages. */
const check = async (npm: string): Promise<{ code: number; output: string }> => {
  const folder = mkdtempSync(join(root, 'node_modules', '.seam-drift-'))
  try {
    const npmPath = join(folder, 'npm.mjs')
    writeFileSync(npmPath, npm)
    const words = ['--import', 'tsx', '--conditions', 'encoder-bridge:source']
    const script = fileURLToPath(new URL('check.ts', import.meta.url))
    return await new Promise((resolve) => {
      execFile(
        process.execPath,
        [...words, script],
        { cwd: root, env: { ...process.env, npm_execpath: npmPath } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      )
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a newest document that says the same ends with 0', async () => {
  const { code, output } = await check(npmThatInstalls(''))
  expect(output).toMatch(/compared with 2\.0\.0\n0 changes at \d+ endpoints, 0 of what is relied on/)
  expect(code).toBe(0)
})

test('a newest document without a flag that is relied on ends with 1 and names it', async () => {
  const { code, output } = await check(
    npmThatInstalls('delete document.components.schemas.access_method.properties.is_issued'),
  )
  expect(output).toContain('BREAKS response.access_method.is_issued: gone (was boolean, required)')
  expect(code).toBe(1)
})

test('a registry that is not reached ends with 2 and says that nothing was compared', async () => {
  const { code, output } = await check(npmWithoutNetwork)
  expect(output).toContain('nothing was compared. npm error code ENOTFOUND')
  expect(code).toBe(2)
})
