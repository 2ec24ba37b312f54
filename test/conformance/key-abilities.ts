import { expect } from 'vitest'
import { BridgeError, type CommandOptions, type KeyReading, type KeySystem } from 'encoder-bridge/driver'
import { expectNextOrder, type KeyDesk, LATER_MS, openKeyDesk, type Rule } from './key-desk.ts'
import { harmlessRefusals, usualEnd } from './reference-keys.ts'
import type { Subject } from './subject.ts'

interface Command {
  readonly name: 'checkOut' | 'moveStay' | 'cancelTask' | 'scanToAssign'
  readonly isPromised: boolean
  give(desk: KeyDesk, options: CommandOptions): Promise<unknown>
}

const missing = (name: string): never => {
  throw new Error(`There is no ${name}.`)
}

/** The commands besides makeKey that change something. */
const commandsOf = ({ driver: { manifest } }: Subject): readonly Command[] => {
  const { keys } = manifest
  return [
    {
      name: 'checkOut',
      isPromised: keys?.checksOut === true,
      give: ({ system, encoders, rooms }, options) =>
        system.checkOut?.(encoders[0], { room: rooms[0] }, options) ?? missing('checkOut'),
    },
    {
      name: 'moveStay',
      isPromised: keys?.movesStays === true,
      give: ({ system, encoders, rooms }, options) =>
        system.moveStay?.(encoders[0], { room: rooms[0], newRoom: rooms[1], endsAt: usualEnd }, options) ??
        missing('moveStay'),
    },
    {
      name: 'cancelTask',
      isPromised: keys?.cancelsTasks === true,
      give: ({ system, encoders }, options) =>
        system.cancelTask?.(encoders[0], options) ?? missing('cancelTask'),
    },
    {
      name: 'scanToAssign',
      isPromised: keys?.assigns === true,
      give: ({ system, encoders }, options) =>
        system.scanToAssign?.(
          encoders[0],
          { acsUserId: null, userIdentityId: '1c5f5b0e-2d5a-4a57-9a55-0c6b1b9d7a01' },
          options,
        ) ?? missing('scanToAssign'),
    },
  ]
}

const methods = ['readKey', 'checkOut', 'moveStay', 'cancelTask', 'scanToAssign'] as const

const isThere = (system: KeySystem): Readonly<Record<(typeof methods)[number], boolean>> => ({
  readKey: system.readKey !== undefined,
  checkOut: system.checkOut !== undefined,
  moveStay: system.moveStay !== undefined,
  cancelTask: system.cancelTask !== undefined,
  scanToAssign: system.scanToAssign !== undefined,
})

/** Rules about what a key system can do besides making keys. */
export const abilityRules = (subject: Subject): readonly Rule[] => {
  const { keys } = subject.driver.manifest
  if (keys === null) return []
  return [
    {
      title: 'its further methods are there exactly when the manifest promises them',
      run: async () => {
        const { system } = await openKeyDesk(subject)
        expect(isThere(system)).toEqual({
          readKey: keys.reads,
          checkOut: keys.checksOut,
          moveStay: keys.movesStays,
          cancelTask: keys.cancelsTasks,
          scanToAssign: keys.assigns,
        })
      },
    },
    ...commandsOf(subject)
      .filter(({ isPromised }) => isPromised)
      .flatMap((command) => commandRules(subject, command)),
    ...(keys.reads ? readingRules(subject) : []),
    ...(keys.reads && keys.checksOut ? [checkOutRule(subject)] : []),
  ]
}

const checkOutRule = (subject: Subject): Rule => ({
  title: 'a key is read as valid no more when its room was checked out',
  run: async () => {
    const desk = await openKeyDesk(subject)
    await expectNextOrder(desk)
    const { system, encoders, rooms } = desk
    const out = await desk.drive(
      desk.give(
        (options) => system.checkOut?.(encoders[0], { room: rooms[0] }, options) ?? missing('checkOut'),
      ),
    )
    const { result } = await desk.drive(
      desk.give((options) => system.readKey?.(encoders[0], options) ?? missing('readKey')),
    )
    expect(out.ending).toBe('done')
    expect(result).toBeDefined()
    expect(result).not.toMatchObject({ kind: 'guest', isValid: true })
    await desk.leave()
  },
})

/** What holds for every command that changes something. */
const commandRules = (subject: Subject, { name, give }: Command): readonly Rule[] => [
  {
    title: `${name} is carried out after a key was made, asks once before sending, and makes no key`,
    run: async () => {
      const desk = await openKeyDesk(subject)
      await expectNextOrder(desk)
      const { ending, sendings } = await desk.drive(desk.give((options) => give(desk, options)))
      expect([ending, sendings, desk.made()]).toEqual(['done', 1, 1])
      await expectNextOrder(desk)
      await desk.leave()
    },
  },
  {
    title: `${name} is not sent when beforeSending throws, nor when it was given up before`,
    run: async () => {
      const desk = await openKeyDesk(subject)
      await expectNextOrder(desk)
      const full = new BridgeError('data_unwritable')
      const onSending = (): never => {
        throw full
      }
      const refused = await desk.drive(desk.give((options) => give(desk, options), { onSending }))
      expect([refused.error === full, refused.sendings]).toEqual([true, 1])
      const given = await desk.drive(
        desk.give((options) => give(desk, options), { signal: AbortSignal.abort() }),
      )
      expect([given.ending, given.sendings]).toEqual(['aborted', 0])
      await expectNextOrder(desk)
      await desk.leave()
    },
  },
  {
    title: `${name} without an answer, or with one that can’t be understood, ends as unknown, and orders go on`,
    run: async () => {
      for (const fault of ['deaf', 'silent', 'garbled', 'late']) {
        const desk = await openKeyDesk(subject)
        await expectNextOrder(desk)
        desk.rig.emulator.inject({ fault })
        const outcome = await desk.drive(desk.give((options) => give(desk, options)))
        expect([outcome.ending, outcome.sendings], fault).toEqual(['outcome_unknown', 1])
        await expectNextOrder(desk, 0, fault)
        await desk.rig.clock.advance(LATER_MS)
        expect(desk.made(), fault).toBe(2)
        await desk.leave(fault)
      }
    },
  },
]

/** Rules about reading what lies on an encoder. It changes nothing, so it may be done again. */
const readingRules = (subject: Subject): readonly Rule[] => {
  const { keys, abortWithinMs } = subject.driver.manifest

  const read = async (desk: KeyDesk, encoder: 0 | 1): Promise<KeyReading | string> => {
    const outcome = await desk.drive(
      desk.give((options) => desk.system.readKey?.(desk.encoders[encoder], options) ?? missing('readKey')),
    )
    expect(outcome.sendings).toBe(0)
    return outcome.result ?? outcome.ending
  }

  const expectGuest = (desk: KeyDesk, reading: KeyReading | string, encoder: 0 | 1): void => {
    if (keys?.rooms === 0) return
    expect(reading).toMatchObject({ kind: 'guest', rooms: [desk.rooms[encoder]], endsAt: usualEnd })
    expect(reading).not.toMatchObject({ isValid: false })
  }

  return [
    {
      title: 'a key that was made is read as what was ordered, on either encoder, and is not changed by it',
      run: async () => {
        const desk = await openKeyDesk(subject)
        for (const encoder of [0, 1] as const) await expectNextOrder(desk, encoder)
        for (const encoder of [1, 0, 1] as const) {
          const reading = await read(desk, encoder)
          expect(typeof reading, JSON.stringify(reading)).toBe('object')
          expectGuest(desk, reading, encoder)
        }
        expect(desk.made()).toBe(2)
        await desk.leave()
      },
    },
    {
      title: 'a blank card is read as no guest’s key',
      run: async () => {
        const desk = await openKeyDesk(subject)
        desk.lay(0)
        const reading = await read(desk, 0)
        expect(reading).not.toMatchObject({ kind: 'guest' })
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
    {
      title:
        'a reading whose answer is lost or not understood is none, and a late one is no answer to what comes next',
      run: async () => {
        for (const fault of ['silent', 'garbled', 'late', 'deaf']) {
          const desk = await openKeyDesk(subject)
          await expectNextOrder(desk, 0)
          desk.rig.emulator.inject({ fault })
          expect(typeof (await read(desk, 0)), fault).toBe('string')
          await desk.recover()
          desk.lay(1)
          const reading = await read(desk, 1)
          if (typeof reading === 'object')
            expect(reading, fault).not.toMatchObject({ rooms: [desk.rooms[0]] })
          await expectNextOrder(desk, 0, fault)
          expect(desk.made(), fault).toBe(2)
          await desk.leave(fault)
        }
      },
    },
    {
      title: 'a reading that is refused tells why, and the next order is carried out',
      run: async () => {
        for (const code of keys === null ? [] : harmlessRefusals(keys)) {
          const desk = await openKeyDesk(subject)
          desk.rig.emulator.inject({ fault: code })
          expect(await read(desk, 0)).toBe(code)
          await expectNextOrder(desk, 0, code)
          await desk.leave(code)
        }
      },
    },
    {
      title: 'a reading that is given up settles in time, and the next order is carried out',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const abort = new AbortController()
        desk.rig.emulator.inject({ fault: 'deaf' })
        const reading = desk.give(
          (options) => desk.system.readKey?.(desk.encoders[0], options) ?? missing('readKey'),
          { signal: abort.signal },
        )
        await desk.rig.clock.advance(1000)
        const abortedAtMs = desk.rig.clock.now()
        abort.abort()
        const { ending, settledAtMs } = await desk.drive(reading)
        expect(['aborted', 'outcome_unknown']).toContain(ending)
        expect(settledAtMs - abortedAtMs).toBeLessThanOrEqual(abortWithinMs)
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
  ]
}
