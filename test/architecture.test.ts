import { describe, expect, test } from 'vitest'
import { areaOf, importRules, knownAreas } from './support/import-rules.ts'
import { computedImports, resolveImport, scanImports } from './support/import-scan.ts'
import { codeLines, filesUnder } from './support/repository.ts'

const typescript = /\.tsx?$/
const product = ['src', 'drivers'].flatMap((folder) => filesUnder(folder, typescript))
const sources = [...product, ...['test', 'bench', 'docs'].flatMap((folder) => filesUnder(folder, typescript))]
const shipped = product.filter(({ path }) => !path.endsWith('.test.ts'))
// This file is left out: the imports that it makes up are text.
const imports = sources
  .filter(({ path }) => path !== 'test/architecture.test.ts')
  .flatMap(({ path, text }) => scanImports(path, text))
const texts = filesUnder('.', /\.(?:tsx?|css|html|js|json|md|service|rules|conf|ya?ml|sh)$|^\.ci\/run$/)

describe('the checker', () => {
  test('looked at the whole tree', () => {
    expect(shipped.length).toBeGreaterThan(60)
    expect(imports.length).toBeGreaterThan(300)
    expect(texts.length).toBeGreaterThan(sources.length)
  })

  test('finds every form of import', () => {
    const source = [
      `import one from 'one'`,
      `import {\n  two,\n  type Two,\n} from './two.ts'`,
      `import * as three from "@scope/three/deep"`,
      `import 'four'`,
      `export * from '../five.ts'`,
      `export { six } from 'fs'`,
      `const seven = await import('./seven.ts')`,
      `const eight = createRequire(import.meta.url)('eight')`,
      `  const nine = () => import(\n    './nine.ts',\n  )`,
    ].join('\n')
    const targets = scanImports('src/wire/x.ts', source).map(({ target }) => target)
    expect(new Set(targets)).toEqual(
      new Set([
        { package: 'one' },
        { file: 'src/wire/two.ts' },
        { package: '@scope/three' },
        { package: 'four' },
        { file: 'src/five.ts' },
        { package: 'node:fs' },
        { file: 'src/wire/seven.ts' },
        { package: 'eight' },
        { file: 'src/wire/nine.ts' },
      ]),
    )
  })

  test('tells types, which leave no trace, from code', () => {
    const source = [
      `import type { A } from 'a'`,
      `import { type B, type C } from 'b'`,
      `export type { D } from 'd'`,
      `const e: typeof import('e') = load()`,
      `import { type F, f } from 'f'`,
      `import type, { g } from 'g'`,
    ].join('\n')
    const types = scanImports('x.ts', source).filter(({ typeOnly }) => typeOnly)
    expect(types.map(({ specifier }) => specifier).toSorted()).toEqual(['a', 'b', 'd', 'e'])
  })

  test('passes over comments, and sees an import whose target is computed', () => {
    expect(
      scanImports('x.ts', `/**\n * import a from 'a'\n */\n// import('b')\nimport c from 'c'`),
    ).toHaveLength(1)
    expect(computedImports('await import(name)')).toHaveLength(1)
    expect(computedImports(`await import('name') // import(name)`)).toHaveLength(0)
  })

  test('counts neither blank lines nor comments', () => {
    expect(codeLines('/**\n * Why.\n */\nconst a = 1\n\n  // why\nconst b = 2 // two\n')).toBe(2)
  })
})

describe.each(importRules)('$title', ({ isBroken, broken, kept }) => {
  test.each(broken)('the rule is broken when %s imports %s', (from, specifier) => {
    expect(isBroken(resolveImport(from, specifier))).toBe(true)
  })

  test.each(kept)('the rule is kept when %s imports %s', (from, specifier) => {
    expect(isBroken(resolveImport(from, specifier))).toBe(false)
  })

  test('the tree keeps it', () => {
    const found = imports.filter(isBroken)
    expect(found.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([])
  })
})

describe('the tree', () => {
  test('has no folder in src that the import table does not know', () => {
    const areas = new Set(filesUnder('src', typescript).map(({ path }) => areaOf(path)))
    expect([...areas].filter((area) => !knownAreas.includes(area))).toEqual([])
  })

  test('computes no import: what a file needs stands in its text', () => {
    expect(shipped.filter(({ text }) => computedImports(text).length > 0).map(({ path }) => path)).toEqual([])
  })

  test('names every file in kebab-case', () => {
    const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*$/
    const names = sources.map(({ path }) => path)
    expect(names.filter((path) => !path.split('/').every((part) => kebab.test(part)))).toEqual([])
  })

  test('keeps every file within 400 code lines; the error table is data', () => {
    const long = sources.filter(
      ({ path, text }) => path !== 'src/contract/errors.ts' && codeLines(text) > 400,
    )
    expect(long.map(({ path, text }) => `${path}: ${codeLines(text)}`)).toEqual([])
  })

  test('keeps the median file within 100 lines', () => {
    const lengths = shipped.map(({ text }) => text.trimEnd().split('\n').length).toSorted((a, b) => a - b)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(100)
  })

  test('names no path of the machine that it was written on', () => {
    // Written as classes, so that this line does not find itself.
    const foreign = /(?<![\w.*-])(?:[/]work[/]|[/]root[/]|[/]home[/]\w|[/]Users[/]\w|[A-Z]:[\\]Users)/
    const lines = texts
      .filter(({ path }) => path !== 'package-lock.json')
      .flatMap(({ path, text }) =>
        text.split('\n').map((line, index) => ({ where: `${path}:${index + 1}`, line })),
      )
    expect(lines.filter(({ line }) => foreign.test(line)).map(({ where }) => where)).toEqual([])
    expect(foreign.test(['see ', 'work', 'shared'].join('/'))).toBe(true)
  })

  test('gives a reason with every suppressed lint rule', () => {
    const silent = /(?:oxlint|eslint)-disable(?!.* -- \S)|@ts-(?:ignore|nocheck|expect-error)(?! \S)/
    const suppressed = sources.filter(({ path }) => path !== 'test/architecture.test.ts')
    expect(suppressed.filter(({ text }) => silent.test(text)).map(({ path }) => path)).toEqual([])
  })
})
