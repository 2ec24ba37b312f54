import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readMachineMarks } from './machine-marks.ts'

interface Card {
  readonly name: string
  readonly address: string
  /** Where its device is; null for what is no hardware. */
  readonly device: string | null
  readonly assigned: string
}

/** A folder that looks like /sys/class/net. */
const networkCards = (cards: readonly Card[]): string => {
  const root = mkdtempSync(join(tmpdir(), 'net-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const folder = join(root, 'net')
  mkdirSync(folder)
  for (const { name, address, device, assigned } of cards) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'address'), `${address}\n`)
    writeFileSync(join(folder, name, 'addr_assign_type'), `${assigned}\n`)
    if (device === null) continue
    mkdirSync(join(root, device), { recursive: true })
    symlinkSync(join(root, device), join(folder, name, 'device'))
  }
  return folder
}
const builtIn: Card = {
  name: 'eno1',
  address: '3c:ec:ef:00:11:22',
  device: 'pci0000:00/0000:00:1f.6',
  assigned: '0',
}

test('a computer is marked by a hash of its built-in network card’s address', () => {
  const expected = createHash('sha256').update('3c:ec:ef:00:11:22').digest('hex').slice(0, 16)
  expect(readMachineMarks(networkCards([builtIn]))).toEqual([expected])
})

test.each([
  ['a bridge of containers', { device: null }],
  ['a network card on USB', { device: 'pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0' }],
  ['an address that a program has set', { assigned: '3' }],
])('%s marks nothing', (_what, changes) => {
  const other = { ...builtIn, name: 'other', address: '3c:ec:ef:00:11:33', ...changes }
  expect(readMachineMarks(networkCards([builtIn, other]))).toHaveLength(1)
})

test('where the system tells nothing there are no marks', () => {
  expect(readMachineMarks('/nowhere/class/net')).toEqual([])
})
