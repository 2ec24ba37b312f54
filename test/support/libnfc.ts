import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { testUnless } from './skip.ts'

const run = promisify(execFile)
const tools = ['/usr/bin/nfc-list', '/usr/bin/nfc-mfclassic', '/usr/bin/nfc-mfultralight'] as const
const missing = tools.filter((tool) => !existsSync(tool))

/** `test` where Debian's libnfc tools are installed. */
export const testWithLibnfc = testUnless(
  missing.length === 0
    ? null
    : `the PN532's foreign peers: ${missing.join(', ')} missing (apt-get install libnfc-bin)`,
)

/** Runs a libnfc tool against the PN532 on this serial line, and resolves with what it printed. It gets no answer to questions. */
export const runLibnfc = async (
  path: string,
  tool: (typeof tools)[number],
  ...args: readonly string[]
): Promise<string> => {
  const env = { ...process.env, LIBNFC_DEFAULT_DEVICE: `pn532_uart:${path}` }
  const running = run(tool, args, { env, timeout: 30_000 })
  running.child.stdin?.end()
  return (await running).stdout
}

/** The tool does not learn keys: it fills key A in by what it authenticated with, and leaves key B empty. */
export const withoutKeyB = (memory: Uint8Array): Uint8Array =>
  memory.map((byte, index) => ((index >> 4) % 4 === 3 && (index & 15) >= 10 ? 0 : byte))
