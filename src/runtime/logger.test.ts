import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from './logger.ts'

test.each([
  ['json', String.raw`a\u009b2J\u202eb`],
  ['pretty', 'a\ufffd2J\ufffdb'],
] as const)('a line of the log as %s holds nothing that a terminal obeys', async (style, shown) => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  const file = join(folder, 'log')
  const fd = openSync(file, 'a')
  onTestFinished(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true, force: true })
  })
  const logger = await createLogger(style, 'info', fd)
  logger.warn({ detail: 'a\u009b2J\u202eb' }, 'no link to the hub')
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('no link to the hub')
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(shown)
  expect(text).not.toMatch(/[\u0080-\u009f\u202e]/)
  expect(text.endsWith('\n')).toBe(true)
})
