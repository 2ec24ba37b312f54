import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { root } from './repository.ts'
import type { SourceFile } from './repository.ts'

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '')

/** The targets of the links of a page, without those that lead out of the repository. */
export const relativeLinks = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/\]\((?<target>[^)\s]+)\)/g)]
    .map(({ groups }) => groups?.['target'] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))

/** The anchors that a page's headings make, as GitHub makes them. */
const anchorsOf = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/^#+ (?<title>.+)$/gm)].map(({ groups }) =>
    (groups?.['title'] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Why the link leads nowhere; null when it leads somewhere. */
export const brokenLink = ({ path, text }: SourceFile, link: string): string | null => {
  const [target = '', anchor] = link.split('#')
  const file = target === '' ? path : posix.join(posix.dirname(path), target)
  if (!existsSync(join(root, file))) return `${path}: ${link}: no such file`
  if (anchor === undefined) return null
  const content = target === '' ? text : readFileSync(join(root, file), 'utf8')
  return anchorsOf(content).includes(anchor) ? null : `${path}: ${link}: no such heading`
}

/** The cells of the rows of every table whose first column has this title. */
export const tableRows = (text: string, firstColumn: string): readonly (readonly string[])[] => {
  const tables = text.matchAll(/^\|.*\|\n\|[-|]+\|\n(?<rows>(?:\|.*\|\n?)*)/gm)
  return [...tables]
    .filter(([table]) => table.startsWith(`| ${firstColumn} |`))
    .flatMap(({ groups }) => (groups?.['rows'] ?? '').trim().split('\n'))
    .map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
}

/** What stands in backticks. */
export const codeSpans = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/`(?<code>[^`\n]+)`/g)].map(({ groups }) => groups?.['code'] ?? '')

/** The fenced blocks of a language. */
export const codeBlocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(?<code>[\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ({ groups }) => groups?.['code'] ?? '',
  )
