import {
  defineDriver,
  type Device,
  type Driver,
  type DriverManifest,
  type Transport,
} from 'encoder-bridge/driver'
import { z } from 'zod'

/** A driver that opens what the test hands in, on a serial line. */
export const fakeDriver = (
  open: Driver['open'] | (() => Promise<Device>),
  manifest: Partial<DriverManifest> = {},
): Driver => {
  const driver = defineDriver({
    manifest: {
      id: 'fake',
      name: 'Fake',
      kind: 'card',
      roles: ['encoder'],
      transports: ['serial'],
      match: [],
      technologies: [],
      presentation: 'field',
      indicators: [],
      intrusiveProbe: false,
      abort: 'betweenBlocks',
      abortWithinMs: 100,
      evidence: [],
      ...manifest,
    },
    options: z.unknown(),
    serial: { baudRate: 115_200 },
    open,
    emulate: () => Promise.reject(new Error('not emulated')),
  })
  return driver
}

/** A line on which nothing is ever said. */
export const silentTransport = (path: string): Transport => ({
  kind: 'serial',
  path,
  listen: () => () => undefined,
  write: () => Promise.resolve(),
  setBaudRate: () => Promise.resolve(),
  close: () => Promise.resolve(),
})
