import type { DoctorReport } from '../../control/schema.ts'
import type { Context } from '../context.ts'
import { findControl } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'

const labels = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: 'skipped' } as const

/** The daemon is asked first: it runs as the user who must reach the ports. A daemon that is gone can't be asked. */
const report = async (
  { runtime }: Context,
  dataDir: string,
  configPath: string | null,
): Promise<DoctorReport> => {
  const client = configPath === null ? await findControl(dataDir).catch(() => null) : null
  const answer = await client?.doctor().catch(() => null)
  return answer ?? runtime.doctor({ dataDir, configPath })
}

/** `encoder-bridge doctor`: what is wrong on this computer and the one command that helps. */
export const doctor = async (
  context: Context,
  options: { readonly data: string; readonly config?: string },
): Promise<ExitCode> => {
  const { voice } = context
  const { checks } = await report(context, options.data, options.config ?? null)
  voice.give({ checks })
  if (!voice.isJson) {
    const rows = alignColumns(checks.map(({ name, status, message }) => [labels[status], name, message]))
    for (const [index, check] of checks.entries()) {
      voice.say(rows[index] ?? '')
      if (check.next_step !== undefined) voice.say(`         → ${check.next_step}`)
    }
  }
  return checks.some(({ status }) => status === 'failed') ? 3 : 0
}
