import { realpath, writeFile } from 'node:fs/promises'
import { BridgeError, toBridgeError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import { findControl } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { RecordOptions } from '../runtime.ts'
import { whileInterruptible } from '../while-interruptible.ts'

interface RecordFlags {
  readonly data: string
  readonly config?: string
  readonly driver?: string
  readonly path?: string
  readonly out: string
  readonly blank?: readonly string[]
}

const deviceOf = (name: string | undefined, { driver, path }: RecordFlags): RecordOptions['device'] => {
  if (name !== undefined && driver === undefined && path === undefined) return { name }
  if (name === undefined && driver !== undefined && path !== undefined) return { driver, path }
  throw new BridgeError('request_invalid', 'Name a device of the configuration, or --driver and --path.')
}

/** A device has several names (`/dev/serial/by-id/…`). Where nothing is, and for a reader, the name itself. */
const nodeAt = (path: string): Promise<string> => realpath(path).catch(() => path)

/**
 * Where the daemon has devices open: two drivers on one line would each take the other's answers for its own. What is not
 * there nobody has open, and opening it says why; but a lock system is reached for all the time. Rejects `device_busy` for
 * a device that is among them by its name or path.
 */
const leaveToDaemon = async (
  dataDir: string,
  device: RecordOptions['device'],
): Promise<readonly string[]> => {
  const client = await findControl(dataDir)
  if (client === null) return []
  const { encoders } = await client.encoders()
  const open = encoders.filter(({ state, transport }) => state !== 'absent' || transport === 'tcp')
  const nodes = await Promise.all(open.flatMap(({ path }) => (path === null ? [] : [nodeAt(path)])))
  const isOpen =
    'path' in device
      ? nodes.includes(await nodeAt(device.path))
      : open.some(({ name }) => name.toLowerCase() === device.name.toLowerCase())
  if (isOpen) throw new BridgeError('device_busy', 'The daemon has it open: stop the daemon to record.')
  return nodes
}

const save = async (file: string, fixture: object): Promise<void> => {
  try {
    await writeFile(file, `${JSON.stringify(fixture, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    throw new BridgeError('request_invalid', `${file}: ${toBridgeError(cause).detail ?? ''}.`, { cause })
  }
}

/**
 * `encoder-bridge record`: talks with a device and keeps what was said, as fixtures of its driver. It reads a test card and
 * writes none. What the configuration holds of keys, and what `--blank` names, becomes zeros; all else stays, UIDs and what
 * was read included.
 */
export const record = async (
  { runtime, voice, terminal }: Context,
  name: string | undefined,
  flags: RecordFlags,
): Promise<ExitCode> => {
  const device = deviceOf(name, flags)
  const pathsInUse = await leaveToDaemon(flags.data, device)
  const recording = await whileInterruptible(terminal, (signal) =>
    runtime.record({
      dataDir: flags.data,
      configPath: flags.config ?? null,
      device,
      pathsInUse,
      secrets: flags.blank ?? [],
      onPrompt: (prompt) => voice.say(prompt),
      signal,
    }),
  )
  const { fixture } = recording
  await save(flags.out, fixture)
  const exchanges = fixture.exchanges.length + (fixture.conversations?.length ?? 0)
  voice.give({ out: flags.out, exchanges, blanked: recording.blanked })
  if (!voice.isJson) {
    voice.say(
      `Recorded ${exchanges} exchanges in ${flags.out}; secrets replaced by zeros: ${recording.blanked}.`,
      'Look through it before you publish it: UIDs, and what was read from the card, are in it.',
    )
  }
  return 0
}
