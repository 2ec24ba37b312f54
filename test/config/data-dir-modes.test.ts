import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ensureDataDir } from '../../src/config/data-dir.ts'
import { testUnless } from '../support/skip.ts'

const openDir = (mode: number) => {
  const root = mkdtempSync(join(tmpdir(), 'data-dir-'))
  const path = join(root, 'data')
  mkdirSync(path)
  chmodSync(path, mode)
  return { path, [Symbol.dispose]: (): void => rmSync(root, { recursive: true, force: true }) }
}
const modeOf = (path: string): number => statSync(path).mode & 0o7777

const onPosix = testUnless(
  process.platform === 'win32' ? 'data directory modes: Windows has no such modes' : null,
)
const asRoot = testUnless(
  process.getuid?.() === 0 ? null : 'data directory of another user: only root can make one',
)

onPosix('a new data directory is for its owner alone', () => {
  using dir = openDir(0o755)
  const path = join(dir.path, 'deep', 'data')
  ensureDataDir(path)
  expect(modeOf(path)).toBe(0o700)
})

onPosix('a data directory of ours that others may write is closed to their writing', () => {
  using dir = openDir(0o777)
  ensureDataDir(dir.path)
  expect(modeOf(dir.path)).toBe(0o755)
})

onPosix('a directory that everybody shares, like /tmp, is refused and left as it is', () => {
  using dir = openDir(0o1777)
  expect(() => ensureDataDir(dir.path)).toThrow(expect.objectContaining({ code: 'data_unwritable' }))
  expect(modeOf(dir.path)).toBe(0o1777)
})

asRoot('a directory of another user, who could have put a control token of theirs there, is refused', () => {
  using dir = openDir(0o700)
  chownSync(dir.path, 65_534, 65_534)
  expect(() => ensureDataDir(dir.path)).toThrow(expect.objectContaining({ code: 'data_unwritable' }))
})
