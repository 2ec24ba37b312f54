import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import type { Journal } from '../contract/journal.ts'
import type { ControlPorts } from '../control/ports.ts'
import type { LogLine, UpkeepPorts } from '../control/upkeep-ports.ts'
import { auditBody, encoderBody, linkBody } from '../control/views.ts'
import { formatHex } from '../wire/hex.ts'
import { createBundle } from './bundle.ts'
import type { Capture } from './capture.ts'
import { collectSecrets } from './record-secrets.ts'
import { redactConfig } from '../config/redact-config.ts'
import { createSieve } from './sieve.ts'

const AUDIT_DAYS = 7
const MAX_LOG_LINES = 2_000
const MAX_AUDIT_LINES = 10_000
const RECENT_ORDERS = 2_000

type Ports = Pick<ControlPorts, 'encoders' | 'link' | 'doctor' | 'rooms' | 'sessions'> &
  Pick<UpkeepPorts, 'settings' | 'connected'>

/** What the bundle is made of. */
export interface DiagnosticsParts {
  readonly version: string
  readonly dataDir: string
  readonly capture: Capture
  readonly newestLines: (limit: number) => readonly LogLine[]
  readonly journal: Pick<Journal, 'audit' | 'outboxFigures' | 'recent' | 'open' | 'pairing' | 'siteKeys'>
  readonly config: () => Config
  readonly wallClock: () => Date
}

const textIn = (file: string): readonly string[] => {
  try {
    return [readFileSync(file, 'utf8').trim()]
  } catch {
    return []
  }
}

/** Every secret that this computer is known to hold, in every spelling in which one could have got into a text. */
const secretsOf = ({ dataDir, journal, config }: DiagnosticsParts): readonly string[] => {
  const { devices, seam, hub } = config()
  const keys = [...(journal.siteKeys()?.keys.values() ?? []), ...collectSecrets(config(), [])]
  return [
    ...textIn(join(dataDir, 'control-token')),
    ...[seam?.apiKeyFile, hub.enrolmentTokenFile, ...devices.map(({ secretFile }) => secretFile)].flatMap(
      (file) => (file === undefined ? [] : textIn(file)),
    ),
    ...[journal.pairing()?.token ?? '', process.env['SEAM_API_KEY'] ?? ''],
    ...keys.flatMap((key) => [formatHex(key), Buffer.from(key).toString('base64')]),
  ]
}

const uidsOf = ({ journal }: DiagnosticsParts, auditUids: readonly string[]): readonly string[] => [
  ...auditUids,
  ...journal
    .recent(RECENT_ORDERS)
    .flatMap(({ intent, ending }) => [
      ...(intent?.kind === 'card' ? [intent.uid] : []),
      ...(ending !== null && 'uid' in ending && ending.uid !== null ? [ending.uid] : []),
    ]),
]

/** Captures, and the bundle for support. */
export const createDiagnostics = (parts: DiagnosticsParts, ports: Ports): UpkeepPorts['diagnostics'] => {
  const { capture, journal, wallClock } = parts
  return {
    capture: () => capture.view(),
    start: () => capture.start(),
    stop: () => capture.stop(),
    bundle: () => {
      const since = new Date(wallClock().getTime() - AUDIT_DAYS * 86_400_000).toISOString()
      const audit = [...journal.audit(since)].slice(-MAX_AUDIT_LINES)
      const uids = uidsOf(
        parts,
        audit.flatMap(({ uid }) => uid ?? []),
      )
      return createBundle({
        version: parts.version,
        sieve: createSieve(secretsOf(parts), uids),
        documents: {
          config: () => {
            const { file, values, fromEnvironment, restartNeeded } = ports.settings.read()
            return { file, values: redactConfig(values), fromEnvironment, restartNeeded }
          },
          doctor: () => ports.doctor(),
          status: () => ({
            link: linkBody(ports.link.view()),
            outbox: journal.outboxFigures(),
            rooms: ports.rooms.list().rows.length,
            // Without what is on the cards.
            sessions: ports.sessions.list().map(({ orderId, kind, state }) => ({ orderId, kind, state })),
          }),
          devices: async () => ({
            // Who holds one may be called by name there.
            encoders: ports.encoders
              .list()
              .map((view) => ({ ...encoderBody(view), lease: view.lease !== null })),
            connected: await ports.connected(),
          }),
          journal: () => ({
            open: journal.open().length,
            recent: journal.recent(RECENT_ORDERS).length,
            outbox: journal.outboxFigures(),
          }),
        },
        lines: {
          log: () => parts.newestLines(MAX_LOG_LINES),
          capture: () => capture.lines(),
          audit: () => audit.map((line) => ({ ...auditBody(line), ordered_by: undefined })),
        },
      })
    },
  }
}
