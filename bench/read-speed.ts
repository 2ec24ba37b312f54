import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startCommand } from '../test/support/command.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const run = promisify(execFile)
const TURNS = 7
const PEER = '/usr/bin/nfc-mfclassic'
const script = fileURLToPath(new URL('read-card.mjs', import.meta.url))
/** Of the time that the peer takes, at the line speed. */
const limits = new Map([
  [115_200, 0.85],
  [921_600, 0.45],
])

/** The whole run of the peer: libnfc starts in a few milliseconds. */
const readByPeer = async (path: string, folder: string): Promise<number> => {
  const startedMs = performance.now()
  await run(PEER, ['r', 'a', 'u', join(folder, 'dump')], {
    env: { ...process.env, LIBNFC_DEFAULT_DEVICE: `pn532_uart:${path}` },
  })
  return performance.now() - startedMs
}

/** Once, after a run that warms the process up. */
const readByDriver = async (path: string, baudRate: number): Promise<number> => {
  const { stdout } = await run(process.execPath, [script, path, String(baudRate), '2'])
  return (JSON.parse(stdout) as number[]).at(-1) ?? Number.NaN
}

/**
 * All 64 blocks of a MIFARE Classic 1K read from the same emulator in real time, by this project's driver and by Debian's
 * `nfc-mfclassic` in turns, each from the opening of the port on.
 */
export const measureReadSpeed = async (): Promise<readonly Row[]> => {
  if (!existsSync(PEER)) throw new Error(`${PEER} is missing (apt-get install libnfc-bin).`)
  const folder = mkdtempSync(join(tmpdir(), 'read-'))
  const path = join(folder, 'pn532')
  const card = ['--card', 'classic1k', '--uid', '922E5832']
  const emulator = startCommand(['emulate', 'pn532', '--pty-link', path, '--realtime', ...card, '--json'])
  try {
    await emulator.ready
    const peer: number[] = []
    const own = new Map([...limits.keys()].map((baudRate): [number, number[]] => [baudRate, []]))
    for (let turn = 0; turn < TURNS; turn += 1) {
      peer.push(await readByPeer(path, folder))
      for (const [baudRate, times] of own) times.push(await readByDriver(path, baudRate))
    }
    const { median } = summarize(peer)
    return [
      ...[...own].map(([baudRate, times]) =>
        createRow(
          {
            name: `64 blocks read, ${baudRate} baud`,
            unit: 'ms',
            comparison: { name: 'nfc-mfclassic', value: median, limit: limits.get(baudRate) ?? 1 },
          },
          times,
        ),
      ),
      createRow({ name: '  64 blocks read by nfc-mfclassic', unit: 'ms' }, peer),
    ]
  } finally {
    await emulator.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}
