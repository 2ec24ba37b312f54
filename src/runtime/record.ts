import { loadDriver } from '../../drivers/index.ts'
import type { Recording, RecordOptions } from '../cli/runtime.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { BridgeError } from '../contract/errors.ts'
import type { Driver } from '../contract/driver.ts'
import { createFinder, type Found } from '../devices/finder.ts'
import { openInventory } from '../devices/inventory.ts'
import { openDevice } from '../devices/open-device.ts'
import { sourcesFor } from '../devices/sources.ts'
import { systemClock } from '../service/system-clock.ts'
import { openTransport } from '../transport/open.ts'
import { recordTransport } from '../transport/recorder.ts'
import { type ConfiguredEncoder, encoderSettings, optionsOf } from './encoder-settings.ts'
import { specOf } from './desk-devices.ts'
import { readLayouts } from './layouts.ts'
import { paths } from './paths.ts'
import { collectSecrets } from './record-secrets.ts'
import { createTranscript } from './transcript.ts'
import { talkWith } from './record-talk.ts'

/** What is recorded: a driver with its options, and where it finds its device. */
type Subject = Pick<ConfiguredEncoder, 'driver' | 'options' | 'name' | 'path' | 'match'>

const subjectOf = async (device: RecordOptions['device'], config: Config): Promise<Subject> => {
  if ('path' in device) {
    const driver = await loadDriver(device.driver)
    return {
      driver,
      options: optionsOf(driver, {}),
      name: driver.manifest.id,
      path: device.path,
      match: null,
    }
  }
  const configured = await encoderSettings(config, readLayouts(config))
  const found = configured.find(({ name }) => name.toLowerCase() === device.name.toLowerCase())
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
 * of it that is open by the key as delivered, and its going. Nothing is written to the card. Rejects as the device does.
 */
export const record = async (options: RecordOptions, version: string): Promise<Recording> => {
  const config = loadConfig({ dataDir: options.dataDir, path: options.configPath, env: process.env })
  const subject = await subjectOf(options.device, config)
  const place = await findDevice(subject)
  const transcript = createTranscript()
  const openRecorded = async (where: Found, driver: Driver) =>
    recordTransport(await openTransport(where, driver), transcript.note)
  const crashed = new AbortController()
  const signal = AbortSignal.any([options.signal, crashed.signal])
  const { device } = await openDevice(
    { ...subject, place },
    { clock: systemClock, openTransport: () => openRecorded(place, subject.driver) },
    (error) => crashed.abort(error),
    signal,
  )
  try {
    transcript.endExchange('opening')
    await talkWith(device, { onPrompt: options.onPrompt, endExchange: transcript.endExchange, signal })
  } finally {
    await device.close()
  }
  return transcript.toFixture({
    info: device.info,
    transport: place.transport,
    secrets: collectSecrets(config, options.secrets),
    source: `encoder-bridge ${version} record, ${new Date().toISOString().slice(0, 10)}`,
  })
}
