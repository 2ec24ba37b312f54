import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { BridgeError, toBridgeError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import type { ControlClient } from '../../client/index.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { whileInterruptible } from '../while-interruptible.ts'

interface DiagnoseFlags {
  readonly data: string
  readonly seconds?: number
  readonly out?: string
}

const save = async (file: string, bundle: Uint8Array): Promise<void> => {
  try {
    await writeFile(file, bundle, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    throw new BridgeError('request_invalid', `${file}: ${toBridgeError(cause).detail ?? ''}.`, { cause })
  }
}

/** Waits for the fault: for as long as was said, else until somebody says that it was shown. */
const waitForFault = async (
  { terminal, voice }: Context,
  seconds: number | undefined,
  signal: AbortSignal,
): Promise<void> => {
  if (seconds !== undefined) {
    voice.say(`Show the fault now: everything is kept for ${seconds} seconds.`)
    await pause(seconds * 1000, undefined, { signal }).catch(() => undefined)
    return
  }
  if (terminal.confirm === undefined) {
    throw new BridgeError('request_invalid', 'Without a terminal, say for how long: --seconds.')
  }
  voice.say('Show the fault now: everything is kept, for ten minutes at most.')
  await terminal.confirm('Was it shown?', signal)
}

const captureFault = async (context: Context, client: ControlClient, seconds?: number): Promise<void> => {
  await client.startCapture()
  try {
    await whileInterruptible(context.terminal, (signal) => waitForFault(context, seconds, signal))
  } finally {
    await client.stopCapture()
  }
}

const nameOfNow = (): string =>
  `encoder-bridge-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}.zip`

/**
 * `encoder-bridge diagnose`: keeps everything while a fault is shown again, and saves what support needs. Ctrl-C ends the wait; what was
 * kept until then is saved.
 */
export const diagnose = async (context: Context, flags: DiagnoseFlags): Promise<ExitCode> => {
  const { voice } = context
  const client = await openControlClient(flags.data)
  await captureFault(context, client, flags.seconds)
  const out = resolve(flags.out ?? nameOfNow())
  const bundle = await client.bundle()
  await save(out, bundle)
  voice.give({ out, size_bytes: bundle.length })
  if (!voice.isJson) {
    voice.say(
      `Saved: ${out}`,
      'It holds no token, key, PIN, card content or guest’s data. Look through it before you send it.',
    )
  }
  return 0
}
