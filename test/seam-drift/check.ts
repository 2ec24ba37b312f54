/**
 * `npm run check:seam`: what the newest published `@seamapi/types` says otherwise about the endpoints that the hub serves or
 * the bridge calls. Exits 0 when nothing that is relied on has gone, 1 when something has, 2 when the newest document could
 * not be had. `npm run check:seam -- 1.900.0` takes that version in place of the newest.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { openapi } from '@seamapi/types/connect'
import { hubRoutes } from '../support/hub-routes.ts'
import { compareDocuments, sayChanges } from './compare.ts'
import type { Document } from './fields.ts'
import { fetchNewest } from './newest.ts'
import { reliedOn } from './relied-on.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const about = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
const { devDependencies } = JSON.parse(about) as { devDependencies: Readonly<Record<string, string>> }
const pinned = openapi as unknown as Document
const npmPath = process.env['npm_execpath']
const newest =
  npmPath === undefined
    ? ({ kind: 'unreachable', reason: 'Start it by npm: npm run check:seam.' } as const)
    : await fetchNewest(npmPath, process.argv[2])

if (newest.kind === 'unreachable') {
  process.stderr.write(
    `The newest @seamapi/types could not be had, so nothing was compared. ${newest.reason}\n`,
  )
  process.exitCode = 2
} else {
  const paths = [...new Set([...(await hubRoutes()).keys(), ...Object.keys(reliedOn)])].toSorted()
  const changes = compareDocuments(pinned, newest.document, paths, reliedOn)
  const broken = changes.filter((change) => change.breaks)
  say(`pinned ${devDependencies['@seamapi/types'] ?? ''}, compared with ${newest.version}`)
  if (changes.length > 0) say(sayChanges(changes))
  say(`${changes.length} changes at ${paths.length} endpoints, ${broken.length} of what is relied on`)
  process.exitCode = broken.length > 0 ? 1 : 0
}
