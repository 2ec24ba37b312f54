import { rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { createFakeRuntime, createFakeTerminal, openDir, runCommand } from '../support/command-line.ts'
import { frontDesk, keyCoder, openControl } from '../support/fake-control-ports.ts'
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

test('record tries a port that the daemon waits for itself: nobody has it open', async () => {
  await using control = await openControl()
  control.state.encoders = [
    { ...frontDesk, path: '/dev/none', state: 'absent', error: new BridgeError('device_absent') },
  ]
  const out = join(control.dataDir, 'capture.json')
  for (const words of [['--driver', 'pn532', '--path', '/dev/none'], ['Front Desk']]) {
    const { code, calls } = await runCommand(['record', ...words, '--data', control.dataDir, '--out', out])
    expect([code, calls.length]).toEqual([0, 1])
    rmSync(out)
  }
})

test('record leaves a lock system to the daemon, which reaches for it all the time', async () => {
  await using control = await openControl()
  const path = 'tcp://lock.example:4000'
  control.state.encoders = [
    { ...keyCoder, transport: 'tcp', path, state: 'absent' },
    { ...frontDesk, path: null },
  ]
  const out = join(control.dataDir, 'capture.json')
  const { code, err } = await runCommand(['record', 'Key Coder', '--data', control.dataDir, '--out', out])
  expect(code).toBe(4)
  expect(err).toContain('The daemon has it open: stop the daemon to record.')
  let told: readonly string[] = []
  const { runtime } = createFakeRuntime({
    record: ({ pathsInUse }) => {
      told = pathsInUse
      return Promise.reject(new BridgeError('device_busy'))
    },
  })
  const argv = ['record', 'Hotel', '--data', control.dataDir, '--out', out]
  expect(await runCli(argv, runtime, createFakeTerminal().terminal)).toBe(4)
  expect(told).toEqual([path])
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
