import { BridgeError } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import type { Candidate } from '../../src/devices/candidate.ts'
import { type Listing, openInventory } from '../../src/devices/inventory.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { adapter } from './fake-candidates.ts'

const a = adapter('/dev/ttyUSB0', { serialNumber: 'AAA111' })
const b = adapter('/dev/ttyUSB0', { serialNumber: 'BBB222' })

const open = () => {
  const clock = createFakeClock()
  const state = { plugged: [] as readonly Candidate[], failure: null as BridgeError | null, looks: 0 }
  let hint = (): void => undefined
  let isClosed = false
  const inventory = openInventory(
    [
      {
        kind: 'serial',
        list: async () => {
          state.looks += 1
          const { plugged, failure } = state
          await Promise.resolve()
          return { candidates: failure === null ? plugged : [], failure }
        },
        watch: (onHint) => {
          hint = onHint
          return () => {
            hint = () => undefined
          }
        },
        close: async () => {
          await Promise.resolve()
          isClosed = true
        },
      },
    ],
    clock,
  )
  let changes = 0
  inventory.onChange(() => {
    changes += 1
  })
  return { clock, state, inventory, changes: () => changes, hint: () => hint(), isClosed: () => isClosed }
}

test('a change is told once, and another device at the same path is a change', async () => {
  const { clock, state, changes, hint } = open()
  for (const [plugged, told] of [
    [[a], 1],
    [[a], 1],
    [[b], 2],
    [[], 3],
  ] as const) {
    state.plugged = plugged
    hint()
    await clock.advance(1_000)
    expect(changes()).toBe(told)
  }
})

test('a hint that comes before the device is followed by a second look', async () => {
  const { clock, state, inventory, hint } = open()
  hint()
  await clock.advance(100)
  state.plugged = [a]
  await clock.advance(200)
  expect(inventory.current()).toEqual([a])
})

test('while somebody waits, what no hint tells of is seen within half a second', async () => {
  const { clock, state, inventory, changes } = open()
  inventory.setWaiting(true)
  await clock.advance(2_000)
  state.plugged = [a]
  await clock.advance(500)
  expect(changes()).toBe(1)
})

test('while nobody waits, nothing is looked at', async () => {
  const { clock, state, inventory } = open()
  inventory.setWaiting(true)
  inventory.setWaiting(false)
  await clock.advance(1_000)
  const { looks } = state
  await clock.advance(60_000)
  expect(state.looks).toBe(looks)
  expect(clock.pendingTimers).toBe(0)
})

test('a list that can’t be made takes nothing away, and says why', async () => {
  const { state, inventory, changes } = open()
  state.plugged = [a]
  await inventory.look()
  state.failure = new BridgeError('driver_unavailable', 'No udev.')
  await inventory.look()
  expect(inventory.current()).toEqual([a])
  expect(inventory.failure('serial')).toMatchObject({ code: 'driver_unavailable' })
  expect(inventory.failure('hid')).toBeNull()
  expect(changes()).toBe(1)
})

test('who looks while a look is under way sees what is there now', async () => {
  const { state, inventory } = open()
  const first = inventory.look()
  await Promise.resolve()
  state.plugged = [a]
  const [, second] = await Promise.all([first, inventory.look(), inventory.look()])
  expect(second).toEqual([a])
  expect(state.looks).toBe(2)
})

test('a list that never comes keeps nobody else’s devices from being found, and is not asked again meanwhile', async () => {
  const clock = createFakeClock()
  const keyboard = adapter('/dev/input/event3', { transport: 'keyboard' })
  let answer = (_: Listing): void => undefined
  let asked = 0
  const never = {
    kind: 'keyboard' as const,
    list: () => {
      asked += 1
      return new Promise<Listing>((resolve) => {
        answer = resolve
      })
    },
    watch: () => () => undefined,
    close: () => new Promise<void>(() => undefined),
  }
  const state = { candidates: [a] }
  const well = {
    kind: 'serial' as const,
    list: () => Promise.resolve({ candidates: state.candidates, failure: null }),
    watch: () => () => undefined,
    close: () => Promise.resolve(),
  }
  const inventory = openInventory([never, well], clock)
  expect(await clock.drive(inventory.look(), 10_000)).toEqual([a])
  expect(inventory.failure('keyboard')).toMatchObject({
    code: 'driver_unavailable',
    detail: 'This computer’s list of keyboard devices does not come.',
  })
  state.candidates = [b]
  expect(await inventory.look()).toEqual([b])
  expect(asked).toBe(1)

  answer({ candidates: [keyboard], failure: null })
  await clock.advance(250)
  answer({ candidates: [keyboard], failure: null })
  await clock.advance(0)
  expect(inventory.current()).toEqual([keyboard, b])
  expect(inventory.failure('keyboard')).toBeNull()
  await clock.drive(inventory.close(), 20_000)
})

test('it closes its lists and leaves no timer behind', async () => {
  const { clock, inventory, hint, isClosed } = open()
  inventory.setWaiting(true)
  hint()
  await clock.advance(0)
  await inventory.close()
  expect(isClosed()).toBe(true)
  expect(clock.pendingTimers).toBe(0)
})
