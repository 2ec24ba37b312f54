import { BridgeError, type EmulatorLine, type EmulatorOptions, type TcpEmulator } from 'encoder-bridge/driver'
import { createFaults } from './emulator-faults.ts'
import { CODERS, createKeyStore, ROOMS } from './emulator-keys.ts'
import { createRecordReceiver, type EmulatedRecord, recordBytes, recordText } from './emulator-records.ts'
import { createKeyService } from './emulator-service.ts'

/** This computer's clock when it is switched on; where no time is told it is the one of the documented example. */
const SWITCHED_ON = Date.UTC(2026, 10, 23, 15)
const LINE_BY_LINE_MS = 1000
/** A program that starts the link by itself needs a moment for it, and tries again after a while. */
const START_SOON_MS = 50
const START_PAUSE_MS = 2000

/** The fields of each record, in the order of the link's description. */
const WISHES: readonly (readonly [string, string])[] = [
  ['KR', 'WSKCRNKTK#G#GAGDDTKO'],
  ['KA', 'WSKCASCT'],
  ['KD', 'WSKCRNG#'],
  ['KM', 'WSKCRNROG#GDDT'],
]

const two = (value: number): string => String(value).padStart(2, '0')

/**
 * Makes the lock maker's interface: eight key coders, 1 to 8, written from the same descriptions as the driver. It waits for the
 * PMS's LS, describes itself, and says LA; before that it hears no orders. An LA that answers none of its own it answers.
 * A coder without a card waits 20 s for one, then answers UR; a second order meanwhile is answered BY. A second connection takes
 * the place of the first.
 *
 * Faults that `inject` knows, beside those of every lock system. The count says how many times; 1 when left out:
 *
 * - `duplicateAnswers`: the answer comes twice
 * - `otherCoderFirst`: before the answer comes one with the same status and workstation, for another coder
 * - `paddedCoder`: the answer says `01` for `1`
 * - `nameless`: the answer names no workstation
 * - `status` n: nothing is made, and the answer's status is the two bytes of n
 * - `noise`: rubbish comes before the answer
 * - `splitBytes`: the answer comes in pieces of one byte
 * - `startsFirst`: until `powerCycle` it says LS itself, every two seconds until LA comes, and is up then without a description
 * - `restart`: at once, it has started anew and forgotten what was under way: LS
 * - `end`: at once, LE
 * - `resync`: at once, it asks for the list of guests: DR
 * - `frozen`: it says and hears nothing until `powerCycle`, and the connection stays
 * - `ignoresAlive`: LA is not answered, until `powerCycle`
 * - `echoesAlive`: every LA is answered, also one that is an answer, until `powerCycle`
 * - `slowDescription`: LD, each LR and LA come a second apart
 * - `undescribed`: it describes itself with LD alone, and asks for nothing
 * - `repeatedStarts`: it says LS every second, n times
 */
export const createFiasEmulator = ({ clock, realtime }: EmulatorOptions): TcpEmulator => {
  const faults = createFaults()
  const keys = createKeyStore()
  const receiver = createRecordReceiver()
  let line: EmulatorLine | undefined
  let phase: 'down' | 'starting' | 'up' = 'down'
  let isAnswerDue = false
  let isStarter = false
  let held: Uint8Array | undefined
  let pending: unknown

  const now = (): Record<string, string> => {
    const time = new Date(SWITCHED_ON + Math.floor(clock.now()))
    return {
      DA: two(time.getUTCFullYear() % 100) + two(time.getUTCMonth() + 1) + two(time.getUTCDate()),
      TI: two(time.getUTCHours()) + two(time.getUTCMinutes()) + two(time.getUTCSeconds()),
    }
  }

  const transmit = (bytes: Uint8Array): void => {
    if (!faults.has('frozen')) line?.send(bytes)
  }
  const say = (text: string): void => transmit(recordBytes(text))
  const sayAlive = (isAnswer: boolean): void => {
    isAnswerDue = !isAnswer
    say(recordText('LA', now()))
  }

  const sendAnswer = (fields: Readonly<Record<string, string>>): void => {
    const bytes = recordBytes(recordText('KA', fields))
    if (faults.take('noise')) transmit(Uint8Array.of(0x15, 0x4b, 0x41, 0x7c, 0x00, 0x03, 0x06))
    const isSplit = faults.take('splitBytes')
    for (const piece of isSplit ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : [bytes]) transmit(piece)
  }

  const hangUp = (): void => {
    const ended = line
    disconnected()
    ended?.hangUp()
  }

  const service = createKeyService({ clock, realtime }, keys, faults, {
    answer: sendAnswer,
    answerLater: (fields) => {
      held = recordBytes(recordText('KA', fields))
    },
    hangUp,
  })

  const forget = (): void => {
    clock.clearTimeout(pending)
    service.reset()
    receiver.reset()
    phase = 'down'
    held = undefined
  }

  const disconnected = (): void => {
    clock.clearTimeout(pending)
    receiver.reset()
    line = undefined
    phase = 'down'
  }

  const start = (): void => {
    phase = 'starting'
    say(recordText('LS', now()))
  }

  /** Says LS so many times, as long as `isWanted`. */
  const startEvery = (pauseMs: number, times: number, isWanted: () => boolean): void => {
    if (times === 0 || line === undefined || !isWanted()) return
    start()
    clock.clearTimeout(pending)
    pending = clock.setTimeout(() => startEvery(pauseMs, times - 1, isWanted), pauseMs)
  }

  const describe = (): void => {
    const isBare = faults.take('undescribed')
    const lines = [
      () => say(recordText('LD', { ...now(), 'V#': '1.00', IF: 'DL' })),
      ...(isBare
        ? []
        : WISHES.map(
            ([RI, FL]) =>
              () =>
                say(recordText('LR', { RI, FL })),
          )),
      () => {
        phase = 'up'
        sayAlive(false)
      },
    ]
    const isSlow = faults.take('slowDescription')
    const sayFrom = (index: number): void => {
      lines[index]?.()
      if (index + 1 === lines.length) return
      if (isSlow) pending = clock.setTimeout(() => sayFrom(index + 1), LINE_BY_LINE_MS)
      else sayFrom(index + 1)
    }
    clock.clearTimeout(pending)
    sayFrom(0)
  }

  const onAlive = (): void => {
    const isAnswer = isAnswerDue
    isAnswerDue = false
    if (phase === 'starting') phase = 'up'
    else if (!faults.has('ignoresAlive') && (!isAnswer || faults.has('echoesAlive'))) sayAlive(true)
  }

  const take = (record: EmulatedRecord): void => {
    if (held !== undefined) transmit(held)
    held = undefined
    if (record.id === 'LS' && !isStarter) describe()
    else if (record.id === 'LA') onAlive()
    else if (record.id === 'LE') phase = 'down'
    else if (phase === 'up' && ['KR', 'KD', 'KM'].includes(record.id)) service.take(record)
  }

  /** What some faults do at once. */
  const act = (): void => {
    isStarter ||= faults.take('startsFirst')
    if (line === undefined) return
    if (isStarter && phase === 'down') {
      clock.clearTimeout(pending)
      pending = clock.setTimeout(
        () => startEvery(START_PAUSE_MS, Number.POSITIVE_INFINITY, () => phase !== 'up'),
        START_SOON_MS,
      )
    }
    if (faults.take('restart')) {
      service.reset()
      start()
    }
    if (faults.take('end')) {
      say(recordText('LE', now()))
      phase = 'down'
    }
    if (faults.take('resync')) say(recordText('DR', now()))
    const starts = faults.takeValue('repeatedStarts')
    if (starts !== undefined) startEvery(1000, starts, () => true)
  }

  return {
    kind: 'tcp',
    lockSystem: { encoders: CODERS, rooms: ROOMS },
    connect: (next) => {
      const rival = line
      line = undefined
      rival?.hangUp()
      line = next
      phase = 'down'
      receiver.reset()
      act()
    },
    receive: (bytes) => {
      if (faults.has('frozen')) return
      for (const record of receiver.push(bytes)) take(record)
    },
    disconnected,
    placeCard: (options) => service.cardPlaced(keys.cards.place(options)),
    removeCard: (uid) => keys.cards.remove(uid),
    dumpCard: (uid) => keys.cards.dump(uid),
    countWrites: (uid) => [keys.cards.writesOf(uid)],
    present: () => {
      throw new BridgeError('not_supported', 'A key coder is shown cards: place one.')
    },
    inject: (fault) => {
      faults.inject(fault)
      act()
    },
    powerCycle: () => {
      for (const fault of ['frozen', 'ignoresAlive', 'echoesAlive'] as const) faults.clear(fault)
      isStarter = false
      forget()
      hangUp()
    },
    close: () => {
      forget()
      line = undefined
    },
  }
}
