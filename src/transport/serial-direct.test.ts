import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDirectPort } from './serial-direct.ts'

/** The descriptor of a file with that content: behind it a read finds what it finds behind a line that was hung up, nothing. */
const openContent = (content: string): number => {
  const folder = mkdtempSync(join(tmpdir(), 'direct-'))
  writeFileSync(join(folder, 'line'), content)
  const fd = openSync(join(folder, 'line'), 'r')
  onTestFinished(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
  return fd
}

test('a read of nothing is a hang-up, told once behind the last bytes', async () => {
  const told: string[] = []
  const poller = {
    once: (_event: string, callback: (error: Error | null) => void) => setImmediate(callback, null),
  }
  await new Promise<void>((resolve) => {
    const port = createDirectPort({ fd: openContent('last'), poller }, () => {
      told.push('gone')
      setTimeout(resolve, 5)
    })
    port.listen((bytes) => told.push(new TextDecoder().decode(bytes)))
  })
  expect(told).toEqual(['last', 'gone'])
})
