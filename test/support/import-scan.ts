import { builtinModules } from 'node:module'
import { posix } from 'node:path'

/** One import of one file, resolved: paths are from the repository's root, with forward slashes. */
export interface Import {
  readonly from: string
  readonly specifier: string
  /** The imported file, or the name of a package (`node:fs`, `zod`, `@scope/name`, `encoder-bridge/driver`). */
  readonly target: { readonly file: string } | { readonly package: string }
  /** Erased by the compiler: no code is shared. */
  readonly typeOnly: boolean
}

/** `import x from 'y'`, `export * from 'y'`, `import 'y'`; a clause may go over many lines but holds no quote. */
const statement = /^[ \t]*(?:import|export)\b(?<clause>[^'"`;]*?)\bfrom\s*['"](?<specifier>[^'"]+)['"]/gm
const bare = /^[ \t]*import\s*['"](?<specifier>[^'"]+)['"]/gm
/** `import('y')`, `require('y')` and `createRequire(…)('y')`, in any place of a line. */
const call =
  /(?<typeQuery>typeof\s+)?(?:\bimport|\brequire|\bcreateRequire\([^()]*\))\s*\(\s*['"`](?<specifier>[^'"`]+)['"`]/g
/** A call whose argument is no literal: what it loads cannot be told from the source. */
const computed = /\b(?:import|require)\s*\(\s*(?!['"`])[^)\s]/g

const isTypeClause = (clause: string): boolean => {
  if (/^\s*type\b(?!\s*(?:,|from))/.test(clause)) return true
  const names = /^\s*\{(?<names>[^}]*)\}\s*$/.exec(clause)?.groups?.['names']
  if (names === undefined) return false
  const listed = names.split(',').filter((name) => name.trim() !== '')
  return listed.length > 0 && listed.every((name) => /^\s*type\s/.test(name))
}

const withoutComments = (source: string): string =>
  source.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(?<=^|\s)\/\/.*$/gm, '')

const packageName = (specifier: string): string => {
  if (specifier.startsWith('encoder-bridge/')) return specifier
  if (builtinModules.includes(specifier)) return `node:${specifier}`
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

export const resolveImport = (from: string, specifier: string, typeOnly = false): Import => ({
  from,
  specifier,
  target: specifier.startsWith('.')
    ? { file: posix.join(posix.dirname(from), specifier) }
    : { package: packageName(specifier) },
  typeOnly,
})

/** Every import of a source text whose target is written out. */
export const scanImports = (from: string, source: string): readonly Import[] => {
  const code = withoutComments(source)
  return [...code.matchAll(statement), ...code.matchAll(bare), ...code.matchAll(call)].map(({ groups }) =>
    resolveImport(
      from,
      groups?.['specifier'] ?? '',
      groups?.['typeQuery'] !== undefined || isTypeClause(groups?.['clause'] ?? ''),
    ),
  )
}

/** The imports whose target is computed: no rule can be held for them. */
export const computedImports = (source: string): readonly string[] =>
  withoutComments(source).match(computed) ?? []
