import { readFile } from 'node:fs/promises'
import { drivers } from '../../drivers/index.ts'
import { capabilityTable } from '../capability-table.ts'

const BEGIN = '<!-- devices: written by npm run docs -->'
const END = '<!-- end of devices -->'

/** README.md as it is, with the table of devices between its marks made anew from the manifests. */
export const renderReadme = async (): Promise<string> => {
  const page = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`README.md has lost its marks ${BEGIN} and ${END}.`)
  const loaded = await Promise.all([...drivers.values()].map((load) => load()))
  const table = capabilityTable(loaded.map(({ manifest }) => manifest))
  return `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`
}
