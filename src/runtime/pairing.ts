import { hostname } from 'node:os'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { Journal } from '../contract/journal.ts'
import type { ControlPorts, PairingView } from '../control/ports.ts'
import type { HubNetwork } from '../seam/hub-network.ts'
import { pairWithHub } from '../seam/pair.ts'
import { readMachineMarks } from '../service/machine-marks.ts'
import { systemClock } from '../service/system-clock.ts'
import { needTimeZone } from './time-zone.ts'

/** What this computer is called at the hub, and by which key it is known again. */
export const deskIdentity = (journal: Pick<Journal, 'encoderIdOf'>) => ({
  name: hostname(),
  timeZone: needTimeZone(),
  machineKey: journal.encoderIdOf('this computer'),
  machine: readMachineMarks(),
})

/** Pairing while the daemon runs: one attempt at a time, in the background when a person must claim the code. */
export const createPairing = (
  journal: Journal,
  network: HubNetwork,
  onPaired: () => void,
): ControlPorts['pairing'] & { close(): void } => {
  let attempt: AbortController | null = null
  let pending: (() => PairingView) | null = null

  const view = (): PairingView => {
    if (pending !== null) return pending()
    const pairing = journal.pairing()
    return pairing === null
      ? { state: 'unpaired' }
      : {
          state: 'paired',
          bridgeId: pairing.bridgeId,
          acsSystemId: pairing.acsSystemId,
          hubEndpoint: pairing.hubEndpoint,
        }
  }

  return {
    view,
    start: async ({ hubEndpoint, apiKey, enrolmentToken, acsSystemId }) => {
      attempt?.abort(new BridgeError('aborted'))
      const current = new AbortController()
      attempt = current
      pending = null
      let shown = (): void => undefined
      const codeShown = new Promise<void>((resolve) => {
        shown = resolve
      })
      const paired = pairWithHub({
        hubEndpoint,
        network,
        apiKey,
        enrolmentToken,
        acsSystemId,
        ...deskIdentity(journal),
        clock: systemClock,
        wallClock: () => new Date(),
        signal: current.signal,
        onCode: (code, expiresAt, lifetimeMs) => {
          if (attempt !== current) return
          const endsAtMs = systemClock.now() + lifetimeMs
          pending = () => ({
            state: 'pending',
            code,
            expiresAt,
            remainingMs: Math.max(0, Math.ceil(endsAtMs - systemClock.now())),
          })
          shown()
        },
      })
        .then((pairing) => {
          if (attempt !== current) return
          journal.setPairing(pairing)
          pending = null
          onPaired()
        })
        // What the journal can't keep is no pairing either.
        .catch((error: unknown) => {
          if (attempt === current) pending = () => ({ state: 'failed', error: toBridgeError(error) })
        })
      await (apiKey === null && enrolmentToken === null ? Promise.race([codeShown, paired]) : paired)
      return view()
    },
    close: () => attempt?.abort(new BridgeError('aborted')),
  }
}
