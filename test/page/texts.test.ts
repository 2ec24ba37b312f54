import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { errorTable } from '../../src/contract/errors.ts'
import { de } from '../../src/page/texts/de.ts'
import { en } from '../../src/page/texts/en.ts'
import { filesUnder } from '../support/repository.ts'

/** Every text with the way that leads to it; a text with facts is said with made-up ones. */
const textsOf = (value: unknown, path: string): readonly (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String((value as (...facts: unknown[]) => unknown)(7, 8))]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, `${path}.${key}`))
}

describe('the languages', () => {
  const english = textsOf(en, 'texts').filter(([path]) => !/\.(?:status|owner|seam)$/.test(path))
  const german = textsOf(de, 'texts')

  test('have the same texts, none of them empty', () => {
    expect(german.map(([path]) => path).toSorted()).toEqual(english.map(([path]) => path).toSorted())
    expect(english.length).toBeGreaterThan(200)
    const empty = [...english, ...german].filter(([path, text]) => text === '' && !path.endsWith('.ended'))
    expect(empty).toEqual([])
  })

  test('say every error of the table', () => {
    expect(Object.keys(de.errors).toSorted()).toEqual(Object.keys(errorTable).toSorted())
    expect(Object.keys(en.errors).toSorted()).toEqual(Object.keys(errorTable).toSorted())
  })

  test('are translated: a sentence of one is not the other’s', () => {
    const known = new Map(english)
    const same = german.filter(([path, text]) => /\s\S+\s/.test(text) && known.get(path) === text)
    expect(same).toEqual([])
  })
})

/** Attributes whose value people read. */
const spoken = new Set(['aria-label', 'alt', 'label', 'hint', 'placeholder', 'title', 'caption'])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Words that stand in the markup itself, not in the dictionaries. */
const wordsIn = (node: unknown): readonly string[] => {
  if (Array.isArray(node)) return node.flatMap(wordsIn)
  if (!isRecord(node)) return []
  const inner = Object.values(node).flatMap(wordsIn)
  const isWord = (text: unknown): text is string => typeof text === 'string' && /\p{L}{2}/u.test(text)
  if (node['type'] === 'JSXText' && isWord(node['value'])) return [...inner, node['value'].trim()]
  if (node['type'] !== 'JSXAttribute') return inner
  const name = isRecord(node['name']) ? node['name']['name'] : undefined
  const value = isRecord(node['value']) ? node['value']['value'] : undefined
  return typeof name === 'string' && spoken.has(name) && isWord(value) ? [...inner, value] : inner
}

describe('the components', () => {
  const wordsOf = (path: string, text: string) => wordsIn(parseSync(path, text).program.body)

  test('bear no text of their own', () => {
    const files = filesUnder('src/page', /\.tsx$/)
    expect(files.length).toBeGreaterThan(20)
    expect(files.flatMap(({ path, text }) => wordsOf(path, text).map((word) => `${path}: ${word}`))).toEqual(
      [],
    )
  })

  test('would be caught with one', () => {
    const source = 'const A = () => <p title="Two words" className="panel">Some text {name} …</p>'
    expect(wordsOf('a.tsx', source)).toEqual(['Two words', 'Some text'])
  })
})
