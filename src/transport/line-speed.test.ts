import { expect, test } from 'vitest'
import { compareSpeeds } from './line-speed.ts'

const start = () => {
  const state = { host: 115_200 as number | undefined, chip: 115_200, nowMs: 0 }
  const speeds = compareSpeeds(
    () => state.host,
    {
      get baudRate() {
        return state.chip
      },
    },
    () => state.nowMs,
  )
  return { state, speeds }
}

test('bytes of a host at the speed of the chip are heard, and it is understood', () => {
  const { speeds } = start()
  expect([speeds.ofReceived(), speeds.isReadable()]).toEqual([115_200, true])
})

test('a host at another speed is neither heard nor understands', () => {
  const { state, speeds } = start()
  state.chip = 921_600
  expect([speeds.ofReceived(), speeds.isReadable()]).toEqual([115_200, false])
})

test('bytes that a change of speed overtakes count as sent before it', () => {
  const { state, speeds } = start()
  speeds.isReadable()
  state.nowMs = 250
  state.host = 921_600
  expect(speeds.ofReceived()).toBe(115_200)
  state.chip = 921_600
  expect([speeds.ofReceived(), speeds.isReadable()]).toEqual([921_600, true])
})

test('a speed that was seen long ago says nothing about the bytes of now', () => {
  const { state, speeds } = start()
  speeds.isReadable()
  state.nowMs = 251
  state.host = 921_600
  expect(speeds.ofReceived()).toBe(921_600)
})

test('only one piece may be heard behind a change that the chip knows nothing of', () => {
  const { state, speeds } = start()
  speeds.isReadable()
  state.host = 9_600
  expect([speeds.ofReceived(), speeds.isReadable(), speeds.ofReceived()]).toEqual([115_200, false, 9_600])
})

test('an unknown speed of the host hides nothing', () => {
  const { state, speeds } = start()
  state.host = undefined
  state.chip = 921_600
  expect([speeds.ofReceived(), speeds.isReadable()]).toEqual([undefined, true])
})
