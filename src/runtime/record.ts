import { loadDriver } from '../../drivers/index.ts'
import type { Recording, RecordOptions } from '../cli/runtime.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import { parseLinkPath } from '../contract/link-path.ts'
import { createFinder, type Found } from '../devices/finder.ts'
import { openInventory } from '../devices/inventory.ts'
import { openDevice } from '../devices/open-device.ts'
import { sourcesFor } from '../devices/sources.ts'
import { systemClock } from '../service/system-clock.ts'
import { createTransports } from '../transport/open.ts'
import { recordTransport } from '../transport/recorder.ts'
import { type ConfiguredDevice, encoderSettings, optionsOf } from './encoder-settings.ts'
import { specOf } from './desk-devices.ts'
import { readLayouts } from './layouts.ts'
import { paths } from './paths.ts'
import { collectSecrets } from './record-secrets.ts'
import { createTranscript } from './transcript.ts'
import { talkWith } from './record-talk.ts'

/** What is recorded: a driver with its options, and where it finds its device. */
type Subject = Pick<ConfiguredDevice, 'driver' | 'options' | 'name' | 'path' | 'match' | 'secretFile'>

/** What the configuration's own check says of a path, said of one that was given in its place. */
const checkPath = (path: string): void => {
  try {
    parseLinkPath(path)
  } catch (thrown) {
    throw new BridgeError('request_invalid', `${path} ${toBridgeError(thrown).detail ?? ''}.`, {
      cause: thrown,
    })
  }
}

const subjectOf = async (device: RecordOptions['device'], config: Config): Promise<Subject> => {
  if ('path' in device) {
    checkPath(device.path)
    const driver = await loadDriver(device.driver)
    return {
      driver,
      options: optionsOf(driver, {}),
      name: driver.manifest.id,
      path: device.path,
      match: null,
      secretFile: null,
    }
  }
  const configured = await encoderSettings(config, readLayouts(config))
  const wanted = device.name.toLowerCase()
  const found = configured.find(({ name, encoders }) =>
    [name, ...encoders.map((encoder) => encoder.name)].some((one) => one.toLowerCase() === wanted),
  )
  if (found !== undefined) return found
  throw new BridgeError('encoder_unknown', `“${device.name}” is in no configuration.`)
}

/** Finds the device without the journal: the daemon that holds it is not to be disturbed. */
const findDevice = async (subject: Subject): Promise<Found> => {
  const inventory = openInventory(sourcesFor(new Set(subject.driver.manifest.transports)), systemClock)
  try {
    const known = { identityAt: () => null, setUp: () => undefined }
    return await createFinder([specOf(subject)], { inventory, known, ...paths }).find(subject.name)
  } finally {
    await inventory.close()
  }
}

/**
 * Talks with a device as the daemon does, and records it as fixtures: opening, a sign of life, a card that comes, one place
 * of it that is open by the key as delivered, and its going. Nothing is written to the card; a key system is asked for nothing
 * but a sign of life. Rejects as the device does.
 */
export const record = async (options: RecordOptions, version: string): Promise<Recording> => {
  const config = loadConfig({ dataDir: options.dataDir, path: options.configPath, env: process.env })
  const subject = await subjectOf(options.device, config)
  const place = await findDevice(subject)
  if (options.pathsInUse.includes(place.path)) {
    throw new BridgeError('device_busy', 'The daemon has it open: stop the daemon to record.')
  }
  const transcript = createTranscript()
  const transports = createTransports()
  const { secretFile } = subject
  const openRecorded = async (stop: AbortSignal) =>
    recordTransport(await transports.open({ ...place, secretFile }, subject.driver, stop), transcript.note)
  const crashed = new AbortController()
  const signal = AbortSignal.any([options.signal, crashed.signal])
  const { device } = await openDevice(
    { ...subject, place },
    {
      clock: systemClock,
      wallClock: () => new Date(),
      openTransport: (_place, _driver, stop) => openRecorded(stop),
    },
    (error) => crashed.abort(error),
    signal,
  ).catch(async (error: unknown) => {
    await transports.close()
    throw error
  })
  try {
    transcript.endExchange('opening')
    await talkWith(device, { onPrompt: options.onPrompt, endExchange: transcript.endExchange, signal })
  } finally {
    await device.close()
    await transports.close()
  }
  return transcript.toFixture({
    info: device.info,
    transport: place.transport,
    secrets: collectSecrets(config, options.secrets),
    source: `encoder-bridge ${version} record, ${new Date().toISOString().slice(0, 10)}`,
  })
}
