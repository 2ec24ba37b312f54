import { toBridgeError } from '../contract/errors.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { OutboxFigures } from '../contract/journal.ts'
import { checkConfig, checkDataDir, checkNode, checkPort } from './doctor/computer.ts'
import { checkHub, checkOutbox, checkPairing } from './doctor/hub.ts'
import { checkDevices, type ConfiguredDevice, type DeviceSources } from './doctor/devices.ts'
import { checkOptionalParts, checkSerial } from './doctor/ports.ts'
import { checkSeam, checkSeamKey, type RestMode } from './doctor/seam.ts'
import { checkRooms, type RoomFacts } from './doctor/rooms.ts'
import type { DoctorCheck, DoctorReport } from './schema.ts'

/** What the journal tells the doctor. */
export interface JournalFacts {
  readonly hubEndpoint: string | null
  readonly outbox: OutboxFigures
}

/** What the doctor looks at; the composition root knows the parts that load native packages. */
export interface DoctorSources extends DeviceSources {
  readonly dataDir: string
  /** The control port of the daemon that runs on this data directory, or else the one that it would take. */
  readonly port: number
  /** Rejects as the start of the daemon would: `config_invalid`, `driver_unknown`, `layout_unknown`. */
  readConfig(): Promise<{
    readonly devices: readonly ConfiguredDevice[]
    readonly seam?: RestMode | undefined
  }>
  /** Null where there is no journal yet. Throws the journal's codes. */
  readJournal(): JournalFacts | null
  /** About the list of rooms, for a configuration with these drivers. */
  readRooms(drivers: readonly string[]): Promise<RoomFacts>
  /** The Date header of any answer of the hub, or of Seam in REST mode, reached as the bridge reaches it. Rejects with the link's codes. */
  askHubDate(hubEndpoint: string): Promise<string | null>
  /** Loads the serial library; rejects when it can't be. */
  loadSerial(): Promise<unknown>
}

const failed = (name: string, error: BridgeError): DoctorCheck => ({
  name,
  status: 'failed',
  message: error.message,
  next_step: error.facts.nextStep,
})

const readOr = async <T>(
  read: () => T | Promise<T>,
  name: string,
): Promise<{ value: T } | { check: DoctorCheck }> => {
  try {
    return { value: await read() }
  } catch (error) {
    return { check: failed(name, toBridgeError(error)) }
  }
}

const checkRoomsOf = async (
  devices: readonly ConfiguredDevice[],
  sources: DoctorSources,
): Promise<readonly DoctorCheck[]> => {
  const drivers = devices.map(({ driver }) => driver)
  const facts = await readOr(() => sources.readRooms(drivers), 'rooms')
  return ['check' in facts ? facts.check : checkRooms(facts.value)]
}

/** A lock system has several; every other device is one. */
const countEncoders = (devices: readonly ConfiguredDevice[]): number =>
  devices.reduce((count, { encoders }) => count + (encoders?.length ?? 1), 0)

/** Examines this computer, with the daemon up or down. Writes nothing, opens no encoder; never rejects. */
export const examine = async (sources: DoctorSources): Promise<DoctorReport> => {
  const config = await readOr(() => sources.readConfig(), 'configuration')
  const journal = await readOr(() => sources.readJournal(), 'journal')
  const facts = 'value' in journal ? journal.value : null
  const seam = 'value' in config ? (config.value.seam ?? null) : null
  const now = Date.now()
  const [dataDir, port, link, serial, rooms, devices] = await Promise.all([
    checkDataDir(sources.dataDir),
    checkPort(sources.port, sources.encoders() !== null),
    seam === null
      ? checkHub(facts?.hubEndpoint ?? null, now, (endpoint) => sources.askHubDate(endpoint))
      : checkSeam(seam.endpoint, now, (endpoint) => sources.askHubDate(endpoint)),
    checkSerial(() => sources.loadSerial()),
    'value' in config ? checkRoomsOf(config.value.devices, sources) : [],
    'value' in config ? checkDevices(config.value.devices, process.platform, sources) : Promise.resolve([]),
  ])
  return {
    checks: [
      checkNode(process.versions.node),
      dataDir,
      'check' in config ? config.check : checkConfig(countEncoders(config.value.devices)),
      port,
      ...('check' in journal ? [journal.check] : []),
      seam === null
        ? checkPairing(facts?.hubEndpoint ?? null)
        : await checkSeamKey(seam, (file, path) => sources.readSecret(file, path)),
      link,
      checkOutbox(facts?.outbox ?? null, now, seam !== null),
      ...rooms,
      serial,
      ...devices,
      checkOptionalParts(process.platform, process.env),
    ],
  }
}
