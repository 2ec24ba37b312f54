import { expect, test } from 'vitest'
import {
  type ByteTransport,
  type Card,
  type CardDevice,
  CardUid,
  type Driver,
  type IoOptions,
} from 'encoder-bridge/driver'
import {
  countBytes,
  dropByteAt,
  flipBitAt,
  noiseAt,
  repeatAt,
  type Tamper,
  tamperWith,
  truncateAt,
} from './line-faults.ts'
import { cardOf, cardTypes, encodeReference, inspectCard, secrets } from './reference-encode.ts'
import { createRig, endingOf, type Rig, type RigOptions, textOf } from './rig.ts'

const idle: IoOptions = { signal: new AbortController().signal }
const uid = CardUid.parse('922E5832')

/** A card of the driver's first technology, and a rig in whose field it lies. */
const createCardRig = async (driver: Driver, options: RigOptions = {}): Promise<{ rig: Rig; card: Card }> => {
  const [technology = 'unknown'] = driver.manifest.technologies
  const type = cardTypes.get(technology) ?? ''
  return { rig: await createRig(driver, { ...options, card: { type, uid } }), card: cardOf(uid, technology) }
}

/** Opens and encodes, and closes at the end of the test; returns how it ended and notes what errors said. */
const runOnce = async (rig: Rig, said: string[]): Promise<{ ending: string; device?: CardDevice }> => {
  const note = (error: unknown): never => {
    said.push(textOf(error))
    throw error
  }
  const opening = rig.open().catch(note)
  const opened = await endingOf(opening)
  if (opened !== 'done') return { ending: opened }
  const device = await opening
  return { device, ending: await endingOf(rig.clock.drive(encodeReference(device, idle)).catch(note)) }
}

/** How many bytes cross an undisturbed line, from the opening to the end of the encode. */
const measure = async (driver: Driver): Promise<{ toDevice: number; toHost: number }> => {
  const toDevice = countBytes()
  const toHost = countBytes()
  const wrap = (line: ByteTransport): ByteTransport =>
    tamperWith(line, { toDevice: toDevice.tamper, toHost: toHost.tamper })
  const { rig } = await createCardRig(driver, { wrap })
  const device = await rig.open()
  await rig.clock.drive(encodeReference(device, idle))
  return { toDevice: toDevice.total, toHost: toHost.total }
}

const numbersBelow = (end: number): readonly number[] => Array.from({ length: end }, (_, number) => number)

/** A repeatable sequence of sizes from 1 to 7 (a linear congruential generator). */
const randomSizes = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return 1 + ((state >> 16) % 7)
  }
}

type Fault = readonly [name: string, direction: 'toDevice' | 'toHost', tamper: (position: number) => Tamper]

/** A command that comes twice is left out: a device that obeys twice is not the driver's fault. */
const faults: readonly Fault[] = [
  ['a flipped bit', 'toDevice', flipBitAt],
  ['a lost byte', 'toDevice', dropByteAt],
  ['a cut-off frame', 'toDevice', truncateAt],
  ['noise with the head of an oversized frame', 'toDevice', noiseAt],
  ['a flipped bit', 'toHost', flipBitAt],
  ['a lost byte', 'toHost', dropByteAt],
  ['a cut-off frame', 'toHost', truncateAt],
  ['noise with the head of an oversized frame', 'toHost', noiseAt],
  ['a frame that comes twice', 'toHost', repeatAt],
]

/** Rules about what a line may do to bytes. */
export const describeLine = (load: () => Promise<Driver>): void => {
  test.each([
    ['whole', Number.POSITIVE_INFINITY],
    ['byte by byte', 1],
    ['in pieces of random size', randomSizes(1)],
    ['in other pieces of random size', randomSizes(2)],
  ])('bytes that come %s make no difference', async (_, chunk) => {
    const { rig, card } = await createCardRig(await load(), { chunk })
    expect((await runOnce(rig, [])).ending).toBe('done')
    expect(statesOf(rig, card)).toEqual(new Set(['planned']))
  })

  test('the cable pulled at any byte ends in device_lost, without a hang, a timer or a listener left', async () => {
    const driver = await load()
    const { toDevice, toHost } = await measure(driver)
    const said: string[] = []
    for (const sizeBytes of numbersBelow(toDevice + toHost)) {
      const where = `after ${sizeBytes} bytes`
      const { rig } = await createCardRig(driver)
      rig.memory.unplugAfterBytes(sizeBytes)
      const { ending, device } = await runOnce(rig, said)
      expect(ending, where).toBe('device_lost')
      if (device !== undefined) await rig.clock.drive(device.close())
      rig.emulator.close()
      const left = [rig.memory.listenerCount, rig.memory.pendingWrites, rig.clock.pendingTimers]
      expect(left, where).toEqual([0, 0, 0])
    }
    expectNoSecrets(driver, said)
  }, 120_000)

  test.each(faults)(
    '%s on its way %s, anywhere, makes no wrong success and no second write, and the next encode succeeds',
    async (name, direction, fault) => {
      const driver = await load()
      const length = (await measure(driver))[direction]
      const said: string[] = []
      for (const position of numbersBelow(length)) {
        const where = `${name} ${direction} at byte ${position}`
        const wrap = (line: ByteTransport): ByteTransport =>
          tamperWith(line, { [direction]: fault(position) })
        const { rig, card } = await createCardRig(driver, { wrap })
        const { ending, device } = await runOnce(rig, said)
        const states = statesOf(rig, card)
        if (ending === 'done') expect(states, where).toEqual(new Set(['planned']))
        expect(states, where).not.toContain('torn')
        expect(
          Math.max(...inspectCard(rig.emulator, card).map(({ writes }) => writes)),
          where,
        ).toBeLessThanOrEqual(1)
        if (device !== undefined) {
          expect(await endingOf(rig.clock.drive(encodeReference(device, idle))), where).toBe('done')
          await rig.clock.drive(device.close())
        }
        expect(rig.memory.listenerCount, where).toBe(0)
      }
      expectNoSecrets(driver, said)
    },
    120_000,
  )
}

const statesOf = (rig: Rig, card: Card): ReadonlySet<string> =>
  new Set(inspectCard(rig.emulator, card).map(({ state }) => state))

/** Card contents and keys stay out of every message, and so out of every log. */
const expectNoSecrets = (driver: Driver, said: readonly string[]): void => {
  const [technology = 'unknown'] = driver.manifest.technologies
  const text = said.join('\n')
  expect(secrets(cardOf(uid, technology)).filter((secret) => text.includes(secret))).toEqual([])
}
