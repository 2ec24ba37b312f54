import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { runCli } from '../../src/cli/cli.ts'
import type { ExitCode } from '../../src/cli/exit-codes.ts'
import type { DaemonOptions, PairOptions, Runtime } from '../../src/cli/runtime.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

/** A directory that goes with the test. */
export const openDir = () => {
  const path = mkdtempSync(join(tmpdir(), 'command-line-'))
  return { path, [Symbol.dispose]: (): void => rmSync(path, { recursive: true, force: true }) }
}

/** A terminal that keeps what is written to it. */
export const createFakeTerminal = (options: { readonly isTTY?: boolean } = {}) => {
  const observers = new Set<() => void>()
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => {
    const through = new PassThrough()
    through.on('data', (piece: Buffer) => {
      written[name] += piece.toString('utf8')
    })
    return Object.assign(through, { isTTY: options.isTTY ?? false })
  }
  const questions: string[] = []
  const state = {
    answer: undefined as boolean | null | undefined,
    /** The index of the line that is chosen. */
    choice: undefined as number | null | undefined,
  }
  const terminal: Terminal = {
    out: stream('out'),
    err: stream('err'),
    onInterrupt: (observer) => {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    get confirm() {
      const { answer } = state
      if (answer === undefined) return undefined
      return (question: string) => {
        questions.push(question)
        return Promise.resolve(answer)
      }
    },
    get choose() {
      const { choice } = state
      if (choice === undefined) return undefined
      return (question: string, lines: readonly string[]) => {
        questions.push(question, ...lines)
        return Promise.resolve(choice)
      }
    },
  }
  return {
    terminal,
    written,
    questions,
    /** What a person answers; undefined where nobody can be asked. */
    state,
    listeners: () => observers.size,
    /** Ctrl-C. */
    interrupt: (): void => {
      for (const observer of observers) observer()
    },
  }
}

/** A runtime whose every part can be replaced; it notes what it was asked for. */
export const createFakeRuntime = (parts: Partial<Runtime> = {}) => {
  const calls: unknown[] = []
  let stop = (): void => {}
  const runtime: Runtime = {
    version: '1.2.3',
    self: [process.execPath, '--eval', 'process.exit(4)'],
    startDaemon: (options: DaemonOptions) => {
      calls.push({ startDaemon: options })
      const closed = new Promise<void>((resolve) => {
        stop = resolve
      })
      return Promise.resolve({
        endpoint: 'http://127.0.0.1:27411',
        devices: [{ name: 'Front Desk', driver: 'pn532', path: '/dev/ttyUSB0', state: 'ready' }],
        close: () => {
          calls.push('daemon closed')
          stop()
          return Promise.resolve()
        },
        closed,
      })
    },
    startHub: (options) => {
      calls.push({ startHub: options })
      return Promise.resolve({
        endpoint: 'http://127.0.0.1:27412',
        workspaceId: 'workspace-1',
        apiKey: 'seam_key1',
        close: () => {
          calls.push('hub closed')
          return Promise.resolve()
        },
      })
    },
    readEnrolmentToken: (file) => Promise.resolve(`ebe_from_${file}`),
    pair: ({ dataDir, hubEndpoint, apiKey, enrolmentToken, acsSystemId, onCode }: PairOptions) => {
      calls.push({ pair: { dataDir, hubEndpoint, apiKey, enrolmentToken, acsSystemId } })
      onCode('AB12CD', '2026-11-23T10:03:00.000Z', 179_000)
      return Promise.resolve({ bridgeId: 'b1', acsSystemId: 's1', hubEndpoint })
    },
    emulate: (options) => {
      calls.push({ emulate: options })
      return Promise.resolve({ path: '/dev/pts/7', close: () => Promise.resolve() })
    },
    doctor: (options) => {
      calls.push({ doctor: options })
      return Promise.resolve({
        checks: [
          { name: 'node', status: 'ok', message: 'Node 20.' },
          { name: 'port', status: 'failed', message: 'Denied.', next_step: 'sudo usermod -aG dialout me' },
        ],
      })
    },
    checkConfig: (config) => {
      calls.push({ checkConfig: config })
      return Promise.resolve()
    },
    listDrivers: () =>
      Promise.resolve([
        {
          id: 'pn532',
          name: 'NXP PN532',
          kind: 'card',
          transports: ['serial'],
          technologies: ['mifare-classic-1k'],
        },
      ]),
    listSerialPorts: () => Promise.resolve([{ path: '/dev/ttyUSB0', description: 'FTDI' }]),
    listConnected: () => Promise.resolve({ devices: [], remarks: [] }),
    probeConnected: (pathsInUse) => {
      calls.push({ probeConnected: pathsInUse })
      return Promise.resolve([{ path: '/dev/ttyUSB1', driver: 'pn532', told: 'PN532 1.6' }])
    },
    record: ({ device, secrets }) => {
      calls.push({ record: { device, secrets } })
      return Promise.resolve({ fixture: { exchanges: [{}] }, blanked: 1 })
    },
    ...parts,
  }
  return { runtime, calls }
}

/** Runs one command line against fakes, to its end. */
export const runCommand = async (
  argv: readonly string[],
  parts: Partial<Runtime> = {},
  fake = createFakeTerminal(),
): Promise<{ code: ExitCode; out: string; err: string; calls: unknown[] }> => {
  const { runtime, calls } = createFakeRuntime(parts)
  const code = await runCli(argv, runtime, fake.terminal)
  return { code, out: fake.written.out, err: fake.written.err, calls }
}
