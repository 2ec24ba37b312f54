import type { BridgeError, Driver, Transport } from 'encoder-bridge/driver'
import type { Candidate } from '../../src/devices/candidate.ts'
import { startDeviceSlot } from '../../src/devices/device-slot.ts'
import { createFinder, type DeviceSpec } from '../../src/devices/finder.ts'
import { openInventory } from '../../src/devices/inventory.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { fakeDriver, silentTransport } from './fake-driver.ts'

/** What a test gives a slot. */
interface SlotBenchOptions {
  readonly open: Driver['open']
  readonly manifest?: Parameters<typeof fakeDriver>[1]
  readonly path?: string
  readonly match?: DeviceSpec['match']
  readonly plugged?: readonly Candidate[]
  readonly setUp?: string
  readonly transport?: () => Transport
}

/** A slot over a list of devices that a test plugs and unplugs, under a clock that it moves. */
export const startSlotBench = ({
  open,
  manifest,
  path,
  match,
  plugged = [],
  setUp,
  transport,
}: SlotBenchOptions) => {
  const clock = createFakeClock()
  const state = { plugged, known: setUp ?? null, opens: 0, closes: 0, signs: 0 }
  const losses: BridgeError[] = []
  const seen: string[] = []
  let hint = (): void => undefined
  const inventory = openInventory(
    [
      {
        kind: 'serial',
        list: () => Promise.resolve({ candidates: state.plugged, failure: null }),
        watch: (onHint) => {
          hint = onHint
          return () => undefined
        },
        close: () => Promise.resolve(),
      },
    ],
    clock,
  )
  const driver = fakeDriver((context, io) => {
    state.opens += 1
    return open(context, io)
  }, manifest)
  const settings = { name: 'Desk', path: path ?? null, options: {}, driver }
  const finder = createFinder([{ ...settings, match: match ?? null, manifest: driver.manifest }], {
    inventory,
    known: {
      identityAt: () => state.known,
      setUp: (_, identity) => {
        state.known = identity
      },
    },
    resolveLink: (link) => Promise.resolve(link),
    exists: () => Promise.resolve(false),
  })
  const slot = startDeviceSlot(
    settings,
    {
      clock,
      wallClock: () => new Date(0),
      random: () => 1,
      finder,
      watchPath: () => () => undefined,
      onPlugged: inventory.onChange,
      openTransport: () => {
        const line = transport?.() ?? silentTransport('fake')
        return Promise.resolve({
          ...line,
          close: () => {
            state.closes += 1
            return line.close()
          },
        })
      },
    },
    {
      onChange: () => seen.push(slot.error()?.code ?? slot.state()),
      onOpened: () => undefined,
      onLost: (error) => losses.push(error),
      onAlive: () => {
        state.signs += 1
      },
    },
  )
  return {
    clock,
    slot,
    finder,
    state,
    losses,
    seen,
    /** How often the slot has shown that it lives. */
    signs: () => state.signs,
    /** Changes what is plugged in, and has the system tell so. */
    plug: async (...candidates: readonly Candidate[]): Promise<void> => {
      state.plugged = candidates
      hint()
      await clock.advance(0)
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      const closed = slot.close()
      await clock.advance(20_000)
      await closed
      await inventory.close()
    },
  }
}
