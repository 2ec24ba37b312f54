import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { generatedPages } from '../docs/pages.ts'
import { errorTable } from '../src/contract/errors.ts'

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8')

describe('docs/errors.md and the error table', async () => {
  const sections = (await read('docs/errors.md')).split(/^## /m).slice(1)
  const documented = new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')), section]))

  test('name the same codes, both ways', () => {
    expect([...documented.keys()].toSorted()).toEqual(Object.keys(errorTable).toSorted())
    expect(sections).toHaveLength(documented.size)
  })

  test.each(Object.entries(errorTable))('say the same of %s', (code, facts) => {
    const section = documented.get(code)
    expect(section).toContain(`\n\n${facts.cause}\n`)
    expect(section).toContain(`**Next step:** ${facts.nextStep}\n`)
    expect(section).toContain(`**Tells Seam:** \`${facts.seam}\`\n`)
    expect(section).toContain(`**HTTP status:** ${facts.status}\n`)
  })
})

describe('the generated pages', () => {
  test.each(generatedPages)('$path is what the code renders (npm run docs)', async ({ path, render }) => {
    expect(await read(path)).toBe(await render())
  })
})
