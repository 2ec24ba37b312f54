import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openDir, runCommand } from '../support/command-line.ts'
import { frontDesk, openControl } from '../support/fake-control-ports.ts'
import { testUnless } from '../support/skip.ts'

const onWindows = process.platform === 'win32' ? 'no modes and links without rights on Windows' : null

testUnless(onWindows)('record leaves alone what the daemon has open under another name', async () => {
  await using control = await openControl()
  const node = join(control.dataDir, 'node')
  const link = join(control.dataDir, 'by-id')
  writeFileSync(node, '')
  symlinkSync(node, link)
  for (const [daemons, ours] of [
    [node, link],
    [link, node],
  ] as const) {
    control.state.encoders = [{ ...frontDesk, path: daemons }]
    const words = ['--driver', 'pn532', '--path', ours, '--out', join(control.dataDir, 'capture.json')]
    const { code, calls } = await runCommand(['record', ...words, '--data', control.dataDir])
    expect([code, calls]).toEqual([4, []])
  }
})

testUnless(onWindows)('a recording is for who made it: what was read from a card is in it', async () => {
  using dir = openDir()
  const out = join(dir.path, 'capture.json')
  expect((await runCommand(['record', 'Front Desk', '--data', dir.path, '--out', out])).code).toBe(0)
  expect(statSync(out).mode & 0o777).toBe(0o600)
})

testUnless(onWindows)('record follows no link, not even one that leads nowhere', async () => {
  using dir = openDir()
  const out = join(dir.path, 'capture.json')
  symlinkSync(join(dir.path, 'elsewhere'), out)
  const { code } = await runCommand(['record', 'Front Desk', '--data', dir.path, '--out', out])
  expect(code).toBe(2)
  expect(() => statSync(join(dir.path, 'elsewhere'))).toThrow('ENOENT')
})
