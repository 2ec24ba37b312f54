import { BridgeError, type EmulatorOptions, type SerialEmulator } from 'encoder-bridge/driver'
import { createCardField } from '../../src/emulation/card-field.ts'
import { lineTimeMs } from '../../src/emulation/line-timing.ts'
import { createTimeline } from '../../src/emulation/timeline.ts'
import { cutParameters, type Work } from './emulator-commands.ts'
import { createFaults } from './emulator-faults.ts'
import { createAnswerLine, RUBBISH } from './emulator-line.ts'
import { buildLine, createLineReceiver, parseLine } from './emulator-lines.ts'
import { createReader, resetReader } from './emulator-reader.ts'
import { rfCommands } from './emulator-rf.ts'
import { ledCommands, systemCommands } from './emulator-system.ts'
import { typeACommands } from './emulator-typea.ts'

/** ASCII, no CRC, 9600 baud: as delivered (DocRev25 §1.3). */
const DELIVERED_BAUD_RATE = 9600
const COMMANDS = new Map([...systemCommands, ...ledCommands, ...rfCommands, ...typeACommands])
/** DocRev25 §1.2. */
const ERR_NONE = 0
const ERR_UNKNOWN_FUNCTION = 1
const ERR_MISSING_PARAMETER = 2

/**
 * Makes a TWN4 on a serial line with the firmware string PRS1.03, written from Elatec's "TWN4 Simple Protocol" DocRev25: lines in
 * ASCII, one answer for each, the errors 1, 2, 3 and 5, type A cards and transponders at 125 kHz (EM4100 and T5577). It
 * carries requests out one after the other. A write to a T5577 is answered with true whether one lies there or not. Without
 * `realtime` it answers at once.
 *
 * Settings of its firmware, for `inject` as well; they outlast `powerCycle`:
 *
 * - `crc`: lines carry a CRC in both directions
 * - `lineSpeed` n: the line speed in bits a second
 * - `oldFirmware`: the LED functions are missing, as in DocRev17
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `removeCardAfterWrites` n: every card is taken away right after the n-th write that a card took
 * - `removeCardAfterBytes` n: every card is taken away when n more bytes have crossed the line, both directions together
 * - `nakWrites`: the card refuses to be written (false) and halts; a T5577 ignores it (true)
 * - `flipWrittenBit`: the write is answered with true, but the lowest bit of the first byte is stored wrong: a worn block
 * - `tearWrite`: the card is taken away in the middle of a write: the first half is new, the second old
 * - `errorCode` n: the next request does nothing and is answered with the error n
 * - `loseCommands`: a request is not heard: no answer, nothing is done
 * - `dropAnswers`: the answer is lost
 * - `corruptAnswers`: a digit of the answer is rubbish
 * - `noise`: rubbish comes before the answer
 * - `splitBytes`: the answer comes in pieces of one byte
 * - `duplicateAnswers`: the answer comes twice
 * - `lateAnswers`: the answer is held back until the next request and comes before its answer
 * - `silent`: the reader is dead until `powerCycle`
 */
export const createTwn4Emulator = ({ clock, realtime }: EmulatorOptions): SerialEmulator => {
  const field = createCardField(['typeA', 'lf'])
  const faults = createFaults()
  const reader = createReader(field, faults, () => clock.now())
  const line = createAnswerLine(faults, () => field.remove())
  const receiver = createLineReceiver()
  const timeline = createTimeline(clock)
  let baudRate = DELIVERED_BAUD_RATE
  /** Lines that wait, each with the time at which its last byte is through. */
  let queue: { readonly text: string; readonly atMs: number }[] = []
  let isBusy = false
  /** When the last byte from the host is through the line. */
  let heardAtMs = Number.NEGATIVE_INFINITY

  const lineMs = (sizeBytes: number): number => (realtime ? lineTimeMs(sizeBytes, baudRate) : 0)

  const forgetWork = (): void => {
    timeline.clear()
    queue = []
    isBusy = false
  }

  /** Begins a request, or tells its error byte. */
  const begin = (text: string): Work | number => {
    const forced = faults.takeValue('errorCode')
    if (forced !== undefined) return forced
    const parsed = parseLine(text, faults.has('crc'))
    if ('error' in parsed) return parsed.error
    const [api, number] = parsed.bytes
    if (api === undefined || number === undefined) return ERR_MISSING_PARAMETER
    const code = api * 256 + number
    const command = faults.has('oldFirmware') && ledCommands.has(code) ? undefined : COMMANDS.get(code)
    if (command === undefined) return ERR_UNKNOWN_FUNCTION
    const values = cutParameters(parsed.bytes.slice(2), command.parameters)
    return typeof values === 'number' ? values : command.run(reader, ...values)
  }

  const answer = (payload: readonly number[], atMs: number): void => {
    const bytes = buildLine(payload, faults.has('crc'))
    const sentAtMs = atMs + lineMs(bytes.length)
    timeline.schedule({
      atMs: sentAtMs,
      run: () => {
        isBusy = false
        line.sendAnswer(bytes)
        runNext(sentAtMs)
      },
    })
  }

  const execute = (text: string, atMs: number): void => {
    line.sendHeldAnswer()
    if (faults.take('loseCommands')) {
      isBusy = false
      return runNext(atMs)
    }
    const begun = begin(text)
    if (typeof begun === 'number') return answer([begun], atMs)
    const { takesMs, finish } = begun
    const doneAtMs = atMs + (realtime ? takesMs : 0)
    timeline.schedule({ atMs: doneAtMs, run: () => answer([ERR_NONE, ...finish()], doneAtMs) })
  }

  const runNext = (freeAtMs: number): void => {
    const next = isBusy ? undefined : queue.shift()
    if (next === undefined) return
    isBusy = true
    const atMs = Math.max(next.atMs, freeAtMs)
    timeline.schedule({ atMs, run: () => execute(next.text, atMs) })
  }

  return {
    kind: 'serial',
    connect: (send) => line.connect(send),
    receive: (bytes, hostBaudRate = baudRate) => {
      if (faults.has('silent')) return
      line.countBytes(bytes.length)
      heardAtMs = Math.max(heardAtMs, clock.now()) + lineMs(bytes.length)
      const heard = hostBaudRate === baudRate ? bytes : bytes.map(() => RUBBISH)
      for (const text of receiver.push(heard)) queue.push({ text, atMs: heardAtMs })
      runNext(heardAtMs)
    },
    get baudRate() {
      return baudRate
    },
    placeCard: (options) => field.place(options),
    removeCard: (uid) => field.remove(uid),
    dumpCard: (uid) => field.find(uid).dump(),
    countWrites: (uid) => [...field.find(uid).writeCounts],
    present: () => {
      throw new BridgeError('not_supported', 'A TWN4 is shown cards: place one.')
    },
    inject: (fault) => {
      faults.inject(fault)
      baudRate = faults.takeValue('lineSpeed') ?? baudRate
      if (faults.has('silent')) forgetWork()
    },
    powerCycle: () => {
      forgetWork()
      faults.clear('silent')
      resetReader(reader)
      receiver.reset()
    },
    close: () => {
      forgetWork()
      line.close()
    },
  }
}
