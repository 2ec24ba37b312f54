import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeInitramfs } from './initramfs.ts'
import { fetchKernel } from './kernel.ts'
import { compiledPath, packProgram } from './program.ts'

/** A machine that has run a program to its end. */
export interface MachineRun {
  /** The program's exit code; null when the machine ended before it. */
  readonly exitCode: number | null
  /** What the program printed on standard output. */
  readonly output: string
  /** The kernel's words and the program's standard error. */
  readonly console: string
}

const MEMORY_MB = 1024

/** What init.sh and guest.sh need to know. The kernel hands what it doesn't know itself to init as environment. */
const commandLine = (environment: Record<string, string>): string =>
  ['console=ttyS0 quiet panic=-1 mitigations=off nokaslr']
    .concat(Object.entries(environment).map(([name, value]) => `${name}="${value}"`))
    .join(' ')

/** What the machine has left in a file; null when it did not come so far. */
const readLeft = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null)

/**
 * Boots a machine with Debian's stock kernel and this computer's root, read-only beneath a layer of memory, runs a program
 * of this checkout with Node, and powers off. QEMU translates (TCG): what needs no virtualisation of the host runs
 * everywhere.
 */
export const runMachine = async (program: URL, timeoutMs: number): Promise<MachineRun> => {
  const folder = mkdtempSync(join(tmpdir(), 'vm-'))
  try {
    const [kernel, archive] = await Promise.all([fetchKernel(folder), packProgram(folder)])
    const initramfs = await makeInitramfs(folder, kernel)
    copyFileSync(join(import.meta.dirname, 'guest.sh'), join(folder, 'guest.sh'))
    const consoleFile = join(folder, 'console.log')
    const results = join(folder, 'results')
    mkdirSync(results)
    const environment = {
      VM_FOLDER: folder,
      VM_MODULES: kernel.modules,
      VM_PROGRAM: archive,
      VM_NODE: process.execPath,
      VM_MAIN: compiledPath(program),
    }
    const qemu = spawn(
      '/usr/bin/qemu-system-x86_64',
      [
        ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'Nehalem', '-smp', '2'],
        ...['-m', String(MEMORY_MB), '-nodefaults', '-no-reboot', '-display', 'none'],
        ...['-serial', `file:${consoleFile}`],
        ...['-kernel', kernel.image, '-initrd', initramfs, '-append', commandLine(environment)],
        ...['-virtfs', 'local,path=/,mount_tag=host,security_model=none,multidevs=remap,readonly=on'],
        ...['-virtfs', `local,path=${results},mount_tag=results,security_model=none`],
      ],
      { stdio: ['ignore', 'inherit', 'inherit'], timeout: timeoutMs, killSignal: 'SIGKILL' },
    )
    const kill = (): boolean => qemu.kill('SIGKILL')
    process.once('exit', kill)
    await once(qemu, 'exit')
    process.off('exit', kill)
    const exitCode = readLeft(join(results, 'exit-code'))
    return {
      exitCode: exitCode === null ? null : Number(exitCode),
      output: readLeft(join(results, 'output')) ?? '',
      console: readLeft(consoleFile) ?? '',
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
