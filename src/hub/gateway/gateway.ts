import type { IncomingMessage } from 'node:http'
import type { HubContext } from '../context.ts'
import type { Caller } from '../endpoint.ts'
import { createCallers } from './callers.ts'
import type { GatewayCallers } from './callers.ts'
import { createDeskAssignments } from './desk-assignments.ts'
import { createDeskWork } from './desk-work.ts'
import type { DeskWork } from './desk-work.ts'
import { createPassThrough } from './pass-through.ts'
import type { PassThrough } from './pass-through.ts'
import { createPreparations } from './preparations.ts'
import { createReporter } from './reporter.ts'
import { createUpstream } from './upstream.ts'
import type { Upstream, UpstreamOptions } from './upstream.ts'
import { createWorkspace } from './workspace.ts'

const CONFIRM_EVERY_MS = 10_000

/** What a hub has that stands in front of Seam. Each `prepare…` brings from the upstream what an endpoint of ours then finds in the store. */
export interface Gateway {
  readonly upstream: Upstream
  readonly passThrough: PassThrough
  readonly authorizationFor: GatewayCallers['authorizationFor']
  identify(this: void, request: { readonly raw: IncomingMessage }): Promise<Caller>
  /** What the desks of a site ask about its work. */
  readonly deskWork: DeskWork
  /** Gives cards to access methods for a desk. */
  readonly deskAssignments: ReturnType<typeof createDeskAssignments>
  prepareSystem(acsSystemId: string): Promise<void>
  prepareClaim(pairingCode: string, acsSystemId: string | null): Promise<void>
  prepareEncode(accessMethodId: string, acsEncoderIds: readonly string[]): Promise<void>
  prepareLookup(acsCredentialId: string): Promise<void>
  prepareEntrances(acsSystemId: string): Promise<void>
  /** Asks the upstream whether it knows our key. Rejects `config_invalid`; an upstream that can't be reached is asked again and again. */
  start(): Promise<void>
  /** Tells the upstream what is due. */
  wake(): void
  /** Once a second. */
  tick(): void
  close(): Promise<void>
}

export const createGateway = (hub: HubContext, options: UpstreamOptions): Gateway => {
  const upstream = createUpstream(options, hub.clock)
  const workspace = createWorkspace(hub, upstream)
  const callers = createCallers(hub, upstream, workspace.ensure)
  const reporter = createReporter(hub, upstream)
  const deskWork = createDeskWork(hub, upstream)
  const deskAssignments = createDeskAssignments(hub, upstream, reporter)
  let isConfirmed = false
  let askAgainAtMs = 0
  let asking: Promise<void> = Promise.resolve()

  const confirm = async (): Promise<void> => {
    askAgainAtMs = Number.POSITIVE_INFINITY
    try {
      isConfirmed = await workspace.confirm()
      if (isConfirmed) hub.log.info({ upstream: upstream.endpoint }, 'upstream confirmed')
      else hub.log.warn({ upstream: upstream.endpoint }, 'upstream not reached, trying again')
    } finally {
      askAgainAtMs = hub.clock.now() + CONFIRM_EVERY_MS
    }
  }

  return {
    upstream,
    passThrough: createPassThrough(upstream, hub.clock),
    authorizationFor: callers.authorizationFor,
    identify: ({ raw }) => callers.identify(raw),
    ...createPreparations(hub, upstream, () => workspace.id()),
    deskWork,
    deskAssignments,
    start: confirm,
    wake: reporter.wake,
    tick: () => {
      if (!isConfirmed && hub.clock.now() >= askAgainAtMs) {
        asking = confirm().catch((error: unknown) => hub.log.error({ err: error }, 'upstream refused'))
      }
      reporter.wake()
    },
    close: async () => {
      deskWork.close()
      deskAssignments.close()
      upstream.close()
      await asking
      await reporter.close()
    },
  }
}
