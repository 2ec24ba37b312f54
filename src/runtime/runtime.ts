import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Runtime } from '../cli/runtime.ts'

/** This package's own package.json, from the sources and from dist alike. */
const readVersion = (): string => {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8')
      return z.object({ version: z.string() }).parse(JSON.parse(text)).version
    } catch {
      // The other depth has it.
    }
  }
  return 'unknown'
}

/**
 * The composition: what each command needs is put together in this folder, and loaded only when it runs.
 * With main.ts it is the only place that knows everything.
 */
export const createRuntime = (): Runtime => {
  const version = readVersion()
  return {
    version,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? 'encoder-bridge'],
    startDaemon: async (options) => (await import('./run-daemon.ts')).runDaemon(options, version),
    startHub: async (options) => (await import('./hub.ts')).startHub(options),
    readEnrolmentToken: async (file) => (await import('./enrolment.ts')).readEnrolmentToken(file),
    pair: async (options) => (await import('./pair.ts')).pair(options),
    emulate: async (options) => (await import('./emulate.ts')).emulate(options),
    doctor: async (options) => (await import('./doctor.ts')).doctor(options),
    checkConfig: async (config) => (await import('./settings.ts')).checkStart(config, process.env),
    listDrivers: async () => {
      const { drivers } = await import('../../drivers/index.ts')
      const loaded = await Promise.all([...drivers.values()].map((load) => load()))
      return loaded.map(({ manifest: { id, name, kind, transports, technologies } }) => ({
        id,
        name,
        kind,
        transports,
        technologies,
      }))
    },
    listSerialPorts: async () => {
      const { listSerialPorts } = await import('../transport/serial-list.ts')
      const { ports } = await listSerialPorts()
      return ports.map((port) => ({
        path: port.path,
        description:
          [port.manufacturer, port.vendorId && `${port.vendorId}:${port.productId ?? ''}`, port.serialNumber]
            .filter((part) => part !== undefined && part !== '')
            .join(' ') || null,
      }))
    },
    listConnected: async () => (await import('./connected-devices.ts')).listConnected(),
    probeConnected: async (pathsInUse, signal) =>
      (await import('./connected-devices.ts')).probeConnected(pathsInUse, signal),
    record: async (options) => (await import('./record.ts')).record(options, version),
  }
}
