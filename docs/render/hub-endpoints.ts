import { readFileSync } from 'node:fs'
import { openapi } from '@seamapi/types/connect'
import { hubRoutes } from '../../test/support/hub-routes.ts'
import { notKept, reasonFor } from './unserved-endpoints.ts'

const documented = Object.entries((openapi as unknown as { paths: Readonly<Record<string, object>> }).paths)
const { devDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { devDependencies: Readonly<Record<string, string>> }

/** The part of an address that stands for what it is about. */
const familyOf = (path: string): string => (/^\/seam\/\w+\/|^\/\w+\//.exec(path) ?? ['/'])[0]

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** docs/hub-endpoints.md: each endpoint of Seam's document, and what the hub makes of it. */
export const renderHubEndpoints = async (): Promise<string> => {
  const routes = await hubRoutes()
  const stateOf = (path: string): string => {
    if (!routes.has(path)) return `not served: ${reasonFor(path)}`
    const remark = notKept[path]
    return remark === undefined ? 'served' : `accepted, not kept: ${remark}`
  }
  const isTouched = (family: string): boolean => [...routes.keys()].some((path) => familyOf(path) === family)
  const touched = documented.filter(([path]) => isTouched(familyOf(path)))
  const untouched = documented.map(([path]) => path).filter((path) => !isTouched(familyOf(path)))
  const untouchedRow = (family: string): string => {
    const members = untouched.filter((path) => familyOf(path) === family)
    return row(`\`${family}…\``, String(members.length), [...new Set(members.map(reasonFor))].join('; '))
  }
  const ours = [...routes].filter(([path]) => !documented.some(([known]) => known === path))
  const servedCount = documented.filter(([path]) => routes.has(path)).length
  return `# Endpoints of the hub

Each endpoint of Seam’s OpenAPI document (\`@seamapi/types\` ${devDependencies['@seamapi/types'] ?? ''}) and what the [hub](hub.md) makes of it: ${servedCount} of ${documented.length} are served,
by the methods that the document names. \`npm run check:seam\` tells what a newer document changes about them.

| Seam’s endpoint | Methods | At the hub |
|---|---|---|
${touched
  .map(([path, operations]) =>
    row(`\`${path}\``, Object.keys(operations).toSorted().join(', ').toUpperCase(), stateOf(path)),
  )
  .join('\n')}

Of these, none:

| Endpoints | How many | Why |
|---|---|---|
${[...new Set(untouched.map(familyOf))].map(untouchedRow).join('\n')}

What the hub has beside Seam’s document; [hub.md](hub.md) says what for:

| The hub’s own | Methods |
|---|---|
${ours.map(([path, methods]) => row(`\`${path}\``, methods)).join('\n')}
`
}
