import { drivers } from '../../drivers/index.ts'
import type { ConnectedDevice, ProbedDevice } from '../cli/runtime.ts'
import type { Driver } from '../contract/driver.ts'
import { transportKinds } from '../contract/transport.ts'
import { type Candidate, describeCandidate, identityAmong, isSameDevice } from '../devices/candidate.ts'
import { closeInTime } from '../devices/bounded.ts'
import { listInTime } from '../devices/inventory.ts'
import { probeCandidate } from '../devices/probe.ts'
import { ruleFor } from '../devices/selection.ts'
import { sourcesFor } from '../devices/sources.ts'
import { systemClock } from '../service/system-clock.ts'
import { createTransports } from '../transport/open.ts'

const loadDrivers = (): Promise<readonly Driver[]> => Promise.all([...drivers.values()].map((load) => load()))

/** Every list of this computer, once; a list that can't be made is a remark. */
const lookAround = async (): Promise<{
  readonly candidates: readonly Candidate[]
  readonly remarks: readonly string[]
}> => {
  const sources = sourcesFor(new Set(transportKinds))
  const lists = await Promise.all(sources.map((source) => listInTime(source, systemClock)))
  await Promise.all(sources.map((source) => closeInTime(systemClock, source)))
  return {
    candidates: lists.flatMap((list) => list.candidates),
    remarks: lists.flatMap(({ failure }) => (failure === null ? [] : [failure.message])),
  }
}

const describe = (
  candidate: Candidate,
  all: readonly Candidate[],
  known: readonly Driver[],
): ConnectedDevice => ({
  transport: candidate.transport,
  path: candidate.path,
  description: describeCandidate(candidate),
  identity: identityAmong(candidate, all),
  drivers: known.flatMap(({ manifest }) => {
    const rule = ruleFor(manifest, candidate)
    if (rule === null) return []
    const isUsable = manifest.transports.includes(candidate.transport)
    return [{ id: manifest.id, isOwn: rule.isOwn && isUsable, note: rule.note }]
  }),
})

/** What is connected and known to a driver by what it is, without a byte being sent to it. */
export const listConnected = async (): Promise<{
  readonly devices: readonly ConnectedDevice[]
  readonly remarks: readonly string[]
}> => {
  const [{ candidates, remarks }, known] = await Promise.all([lookAround(), loadDrivers()])
  const recognised = candidates.filter((candidate) => ruleCount(candidate, known) > 0)
  const once = recognised.filter(
    (candidate, index) => recognised.findIndex((other) => isSameDevice(candidate, other)) === index,
  )
  return { devices: once.map((candidate) => describe(candidate, candidates, known)), remarks }
}

const ruleCount = (candidate: Candidate, known: readonly Driver[]): number =>
  known.filter(({ manifest }) => ruleFor(manifest, candidate) !== null).length

/** Asks what is connected what it is, except what is in use; this writes to the devices. */
export const probeConnected = async (
  pathsInUse: readonly string[],
  signal: AbortSignal,
): Promise<readonly ProbedDevice[]> => {
  const [{ candidates }, known] = await Promise.all([lookAround(), loadDrivers()])
  const suspects = known.flatMap((driver) => {
    const options = driver.options.safeParse({})
    return options.success ? [{ driver, options: options.data }] : []
  })
  const ports = { clock: systemClock, wallClock: () => new Date(), openTransport: createTransports().open }
  const results: ProbedDevice[] = []
  for (const candidate of candidates) {
    if (pathsInUse.includes(candidate.path) || ruleCount(candidate, known) === 0) continue
    const result = await probeCandidate(candidate, suspects, ports, signal)
    const { path } = candidate
    if (result.kind === 'answered') {
      const { model, firmware } = result.info
      results.push({ path, driver: result.driverId, told: `${model} ${firmware}`.trim() })
    } else {
      const told =
        result.kind === 'refused'
          ? result.error.message
          : result.tried.length === 0
            ? 'It only talks: asking tells nothing.'
            : `No answer to ${result.tried.join(', ')}.`
      results.push({ path, driver: null, told })
    }
  }
  return results
}
