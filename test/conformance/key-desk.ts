import { expect } from 'vitest'
import {
  type CommandOptions,
  isBridgeError,
  type KeyAbilities,
  type KeyOrder,
  type KeySystem,
  type MadeKeys,
} from 'encoder-bridge/driver'
import { driversOwnCodes, keyCards, KeyOnCard, referenceOrder, spoiledCodes } from './reference-keys.ts'
import { type AnyRig, type AnyRigOptions, endingOf, leftovers, textOf } from './rig.ts'
import { rigOf, type Subject } from './subject.ts'

/** A sentence about key systems, and what proves it of one. */
export interface Rule {
  readonly title: string
  run(): Promise<void>
}

/** After this a session gives an order up. */
const ORDER_MS = 180_000

/** After this nothing of an order is under way any more, whatever became of it. */
export const LATER_MS = 600_000

/** How a command went. */
export interface Outcome {
  /** `done`, or the code. */
  readonly ending: string
  /** How often `beforeSending` was called. */
  readonly sendings: number
  /** What it rejected with; undefined when it did not. */
  readonly error: unknown
  readonly keys: MadeKeys | undefined
  /** By the clock of the rig. */
  readonly settledAtMs: number
}

export interface CommandChange {
  readonly signal?: AbortSignal
  /** Runs within `beforeSending`. */
  readonly onSending?: () => void
}

/** A desk in front of an emulated lock system: the driver, two encoders, and cards that are laid onto them. */
export interface KeyDesk {
  readonly rig: AnyRig
  readonly keys: KeyAbilities
  readonly encoders: readonly [string, string]
  readonly rooms: readonly [string, string]
  /** The codes of the losses that were told, of all openings. */
  readonly losses: readonly string[]
  /** All that errors said. */
  readonly said: readonly string[]
  readonly system: KeySystem
  /** Opens the driver: `done`, or the code. */
  open(): Promise<string>
  /** Takes what lies on an encoder away, and lays a new card onto it. Its identifier. */
  lay(encoder: 0 | 1): string
  /** Lays one more card onto an encoder. */
  layBeside(encoder: 0 | 1): string
  /** Gives a command and notes how it goes; the clock is not driven. A session gives it up after a time. */
  give<Result>(
    command: (options: CommandOptions) => Promise<Result>,
    change?: CommandChange,
  ): Promise<Outcome & { readonly result: Result | undefined }>
  /** What is ordered of an encoder: a key for its room. */
  orderOf(encoder: 0 | 1): KeyOrder
  /** Orders a key on an encoder; the clock is not driven. */
  makeKey(encoder: 0 | 1, change?: Partial<KeyOrder>, io?: CommandChange): Promise<Outcome>
  /** The same, with the clock driven until it has settled. */
  order(encoder: 0 | 1, change?: Partial<KeyOrder>, io?: CommandChange): Promise<Outcome>
  /** Drives the clock until the promise settles. */
  drive<Result>(promise: Promise<Result>): Promise<Result>
  /** How often a card was made into a key, or all of them. */
  made(uid?: string): number
  /** What is on a card; null for a blank. */
  keyOn(uid: string): KeyOnCard | null
  /** Whether there is something to be closed. */
  readonly isOpen: boolean
  /** Closes what is open, and opens again over a new connection. */
  renew(): Promise<void>
  /** The same, where the driver has told the loss of the link. */
  recover(): Promise<void>
  /** Closes everything and proves that nothing is left. */
  leave(where?: string): Promise<void>
}

const pairOf = (list: readonly string[] | undefined): readonly [string, string] => {
  const [first, second] = list ?? []
  if (first === undefined || second === undefined) {
    throw new Error('The emulated lock system has two encoders and two rooms at least.')
  }
  return [first, second]
}

/** A desk whose link is not open yet; a card lies on each encoder. */
export const createKeyDesk = async (subject: Subject, options: AnyRigOptions = {}): Promise<KeyDesk> => {
  const { keys } = subject.driver.manifest
  if (keys === null) throw new Error('The manifest says nothing about keys.')
  const rig = await rigOf(subject, options)
  const { clock, emulator } = rig
  const encoders = pairOf(emulator.lockSystem?.encoders)
  const rooms = pairOf(emulator.lockSystem?.rooms)
  const losses: string[] = []
  const said: string[] = []
  const laid: { readonly uid: string; readonly encoder: 0 | 1 }[] = []
  const there = new Map<0 | 1, string[]>([
    [0, []],
    [1, []],
  ])
  let system: KeySystem | undefined
  let isLost = false

  const opened = (): KeySystem => {
    if (system === undefined) throw new Error('The link is not open.')
    return system
  }

  const open = (): Promise<string> =>
    endingOf(
      rig.openKeys().then((device) => {
        system = device
        isLost = false
        device.onLost((error) => {
          losses.push(error.code)
          isLost = true
        })
      }),
    )

  const layBeside = (encoder: 0 | 1): string => {
    const number = laid.length
    const known = keyCards[number]
    const uid = known ?? `04${number.toString(16).toUpperCase().padStart(12, '0')}`
    emulator.placeCard({ type: 'key', uid, encoder: encoders[encoder] })
    laid.push({ uid, encoder })
    there.get(encoder)?.push(uid)
    return uid
  }

  const lay = (encoder: 0 | 1): string => {
    for (const uid of there.get(encoder) ?? []) emulator.removeCard(uid)
    there.set(encoder, [])
    return layBeside(encoder)
  }

  const give: KeyDesk['give'] = async (command, { signal, onSending } = {}) => {
    const deadline = new AbortController()
    const timer = clock.setTimeout(() => deadline.abort(), ORDER_MS)
    let sendings = 0
    const settled = (ending: string, error?: unknown) => {
      clock.clearTimeout(timer)
      return { ending, sendings, error, keys: undefined, settledAtMs: clock.now() }
    }
    try {
      const result = await command({
        signal: AbortSignal.any(signal === undefined ? [deadline.signal] : [deadline.signal, signal]),
        beforeSending: () => {
          sendings += 1
          onSending?.()
        },
      })
      return { ...settled('done'), result }
    } catch (error) {
      if (!isBridgeError(error)) throw error
      said.push(textOf(error))
      return { ...settled(error.code, error), result: undefined }
    }
  }

  const drive = <Result>(promise: Promise<Result>): Promise<Result> =>
    clock.drive(promise, ORDER_MS + LATER_MS)

  const orderOf = (encoder: 0 | 1): KeyOrder => referenceOrder(keys, rooms[encoder], encoder)

  const makeKey: KeyDesk['makeKey'] = async (encoder, change = {}, io = {}) => {
    const order = { ...orderOf(encoder), ...change }
    const outcome = await give(
      (commandOptions) => opened().makeKey(encoders[encoder], order, commandOptions),
      io,
    )
    return { ...outcome, keys: outcome.result }
  }

  const made = (uid?: string): number =>
    (uid === undefined ? laid.map((card) => card.uid) : [uid])
      .flatMap((one) => emulator.countWrites(one))
      .reduce((sum, count) => sum + count, 0)

  const renew = async (): Promise<void> => {
    if (system !== undefined) await drive(system.close())
    rig.reconnect()
    expect(await open()).toBe('done')
  }

  lay(0)
  lay(1)
  return {
    rig,
    keys,
    encoders,
    rooms,
    losses,
    said,
    get system() {
      return opened()
    },
    open,
    lay,
    layBeside,
    give,
    orderOf,
    makeKey,
    order: (encoder, change, io) => drive(makeKey(encoder, change, io)),
    drive,
    made,
    keyOn: (uid) => {
      const held = emulator.dumpCard(uid)
      return held.length === 0 ? null : KeyOnCard.parse(JSON.parse(new TextDecoder().decode(held)))
    },
    get isOpen() {
      return system !== undefined
    },
    renew,
    recover: async () => {
      await clock.advance(1000)
      if (system === undefined || isLost) await renew()
    },
    leave: async (where) => {
      if (system !== undefined) await drive(system.close())
      emulator.close()
      expect([leftovers(rig), rig.isClosed], where).toEqual([[0, 0, 0], true])
      const told = said.join('\n').toUpperCase()
      expect(
        laid.filter(({ uid }) => told.includes(uid)),
        where,
      ).toEqual([])
    },
  }
}

/** A desk whose link is open. */
export const openKeyDesk = async (subject: Subject, options: AnyRigOptions = {}): Promise<KeyDesk> => {
  const desk = await createKeyDesk(subject, options)
  expect(await desk.open()).toBe('done')
  return desk
}

/**
 * The promise of every command, whatever happened to it: success is what was made, a code is none, and what nobody knows is
 * called unknown. Before `beforeSending` nothing was made.
 * @param made how many keys were made for it, when nothing is under way any more
 */
export const expectTruth = (
  { ending, sendings }: Outcome,
  { driver: { manifest }, transport }: Subject,
  made: number,
  where = '',
): void => {
  const told = `${where}: ${ending}, sent ${sendings}, made ${made}`
  expect(sendings, told).toBeLessThanOrEqual(1)
  expect(made, told).toBeLessThanOrEqual(sendings)
  if (ending === 'done') {
    expect([sendings, made], told).toEqual([1, 1])
    return
  }
  if (sendings === 0) {
    expect(ending, told).not.toBe('outcome_unknown')
    return
  }
  if (ending === 'outcome_unknown' || spoiledCodes.some((code) => code === ending)) return
  expect(made, told).toBe(0)
  // A request that certainly never arrived, and a command that could be given up, were sent in vain.
  const excused = [
    ...(transport === 'http' ? ['device_absent'] : []),
    ...(manifest.abort === 'anytime' ? ['aborted'] : []),
  ]
  expect(
    driversOwnCodes.filter((code) => !excused.includes(code)),
    told,
  ).not.toContain(ending)
}

/** The next order, on a new card and after a new opening where the link was lost, is carried out as if nothing had been. */
export const expectNextOrder = async (desk: KeyDesk, encoder: 0 | 1 = 0, where?: string): Promise<void> => {
  await desk.recover()
  const before = desk.made()
  const uid = desk.lay(encoder)
  const { ending } = await desk.order(encoder)
  expect([ending, desk.made(uid), desk.made() - before], where).toEqual(['done', 1, 1])
}
