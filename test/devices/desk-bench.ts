import { type Device, EncoderId } from 'encoder-bridge/driver'
import type { CardLease, EncoderLease, KeyLease, ScannerLease } from '../../src/contract/encoders.ts'
import { type EncoderSettings, openEncoders } from '../../src/devices/encoders.ts'
import type { Candidate } from '../../src/devices/candidate.ts'
import { createFinder } from '../../src/devices/finder.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { fakeDriver, silentTransport } from './fake-driver.ts'

/** An encoder of the bench: it means what its path, or its driver's rules, select. */
interface BenchEncoder {
  readonly name: string
  readonly path?: string
  readonly member?: NonNullable<EncoderSettings['member']>
  readonly manifest?: Parameters<typeof fakeDriver>[1]
}

const ids = [1, 2, 3].map((digit) => EncoderId.parse(`3a1b0c1e-58a0-4d5c-9f2b-0d3f6f0a7c0${digit}`))
export const idOf = (index: number): EncoderId => ids[index] ?? EncoderId.parse('')

/** Encoders over plugged candidates; each candidate's path leads to a device that the test made. */
export const openDeskBench = async (
  encoders: readonly BenchEncoder[],
  plugged: readonly Candidate[],
  devices: Readonly<Record<string, () => Promise<Device>>>,
) => {
  const clock = createFakeClock()
  const known = new Map<string, string>()
  const settings = encoders.map(({ name, path, member, manifest }, index) => ({
    ...(member !== undefined && { member }),
    encoderId: idOf(index),
    name,
    path: path ?? null,
    layout: 'demo',
    numberFormat: null,
    options: {},
    driver: fakeDriver(
      ({ transport }) => devices[transport.path]?.() ?? Promise.reject(new Error(`no ${transport.path}`)),
      manifest,
    ),
  }))
  const specs = new Map(
    settings.map(({ name, member, path, driver }) => {
      const device = member?.system ?? name
      return [device, { name: device, path, match: null, manifest: driver.manifest }]
    }),
  )
  const finder = createFinder([...specs.values()], {
    inventory: {
      look: () => Promise.resolve(plugged),
      current: () => plugged,
      failure: () => null,
    },
    known: {
      identityAt: (name) => known.get(name) ?? null,
      setUp: (name, identity) => void known.set(name, identity),
    },
    resolveLink: (path) => Promise.resolve(path),
    exists: () => Promise.resolve(false),
  })
  const desk = openEncoders(settings, {
    clock,
    random: () => 1,
    finder,
    wallClock: () => new Date(0),
    onAlive: () => undefined,
    watchPath: () => () => undefined,
    onPlugged: () => () => undefined,
    openTransport: ({ path }) => Promise.resolve(silentTransport(path)),
  })
  await clock.advance(0)
  return {
    clock,
    desk,
    known,
    states: () => desk.list().map(({ state, error }) => error?.code ?? state),
  }
}

/** The lease as that of a card device. */
export const asCard = (lease: EncoderLease): CardLease => {
  if (lease.kind !== 'card') throw new Error('not a card device')
  return lease
}

/** The lease as that of an encoder of a key system. */
export const asKeys = (lease: EncoderLease): KeyLease => {
  if (lease.kind !== 'keySystem') throw new Error('not a key system')
  return lease
}

/** The lease as that of a scanner. */
export const asScanner = (lease: EncoderLease): ScannerLease => {
  if (lease.kind !== 'scanner') throw new Error('not a scanner')
  return lease
}
