import { BridgeError, type EmulatorOptions, type SerialEmulator } from 'encoder-bridge/driver'
import { createCardField } from '../../src/emulation/card-field.ts'
import { CARD_TIME_MS, lineTimeMs } from '../../src/emulation/line-timing.ts'
import { createTimeline, type TimelineEvent } from '../../src/emulation/timeline.ts'
import { createChip, isBare, resetChip } from './emulator-chip.ts'
import { beginCommand, SAM_CONFIGURATION } from './emulator-commands.ts'
import { createFaults } from './emulator-faults.ts'
import { ACK_FRAME, buildFrame, createFrameReceiver, ERROR_FRAME, type HostFrame } from './emulator-frames.ts'
import { createAnswerLine, RUBBISH } from './emulator-line.ts'
import type { Work } from './emulator-targets.ts'

const POWER_ON_BAUD_RATE = 115_200
/** Five wake-up bytes are too few, sixteen do (nfc-tools-devel, 2013); the last ones may be the frame's own preamble. */
const WAKE_BYTES = 16
/** The byte gap of UM0701-02 §6.2.1, 89 ms at 115200 baud and in proportion at the others, is the time of 1024 bytes. */
const GAP_BYTES = 1024

/** The command under way. */
interface Running {
  /** None while an empty field is polled for ever. */
  next: TimelineEvent | undefined
  /** Set while an empty field is polled: ends the poll. */
  whenCardComes: (() => void) | undefined
}

/**
 * Makes a PN532 on HSU, firmware 1.6, written from UM0701-02 and from traces of real boards. Type A only: MIFARE Classic,
 * Ultralight and NTAG21x. It is silent until wake-up bytes and SAMConfiguration, acknowledges every good frame, is silent on a bad
 * checksum, and answers an unknown command or bad parameters with the error frame. Without `realtime` it answers at once,
 * except that polling an empty field takes its 5 ms a try on the clock in either mode, and for ever with MxRtyPassive FF.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `removeCardAfterWrites` n: every card is taken away right after the n-th acknowledged write
 * - `removeCardAfterBytes` n: every card is taken away when n more bytes have crossed the line, both directions together
 * - `nakWrites`: the card refuses to be written (status 13) and halts
 * - `flipWrittenBit`: the write is acknowledged, but the lowest bit of the first byte is stored wrong: a worn block
 * - `tearWrite`: the card is taken away in the middle of a write: the first half is new, the second old, status 01
 * - `errorStatus` n: the next card exchange does nothing and answers with status n
 * - `loseCommands`: a command frame is not heard: no ACK, nothing is done
 * - `noAck`: the ACK is lost; the command is carried out and answered
 * - `dropAnswers`: the answer is lost; a NACK still gets it
 * - `corruptChecksum`: the answer's data checksum is wrong; a NACK gets it right
 * - `noise`: rubbish comes before the answer
 * - `splitBytes`: the answer comes in pieces of one byte
 * - `duplicateAnswers`: the answer comes twice
 * - `lateAnswers`: the answer is held back until the next command and comes before its ACK
 * - `silent`: the chip is dead until `powerCycle`
 */
export const createPn532Emulator = ({ clock, realtime }: EmulatorOptions): SerialEmulator => {
  const field = createCardField(['typeA'])
  const faults = createFaults()
  const chip = createChip(field, faults)
  const line = createAnswerLine(chip)
  const receiver = createFrameReceiver()
  const timeline = createTimeline(clock)
  let baudRate = POWER_ON_BAUD_RATE
  let running: Running | undefined
  let receivedAtMs = Number.NEGATIVE_INFINITY
  /** When the last byte from the host is through the line. */
  let heardAtMs = Number.NEGATIVE_INFINITY
  /** How much after its deadline the last answer left. The host's next bytes are later by that much through no fault of its own. */
  let latenessMs = 0

  const lineMs = (sizeBytes: number): number => (realtime ? lineTimeMs(sizeBytes, baudRate) : 0)

  const abort = (): void => {
    if (running?.next !== undefined) timeline.cancel(running.next)
    running = undefined
  }

  const forgetWork = (): void => {
    timeline.clear()
    running = undefined
  }

  const schedule = (command: Running, atMs: number, run: () => void): void => {
    command.next = { atMs, run }
    timeline.schedule(command.next)
  }

  /** The frame's first byte leaves at `fromMs`; the frame arrives as a whole when its last byte would. */
  const scheduleAnswer = (
    command: Running,
    fromMs: number,
    frame: Uint8Array,
    afterAnswer?: () => void,
  ): void => {
    const atMs = fromMs + lineMs(frame.length)
    schedule(command, atMs, () => {
      running = undefined
      if (realtime) latenessMs = clock.now() - atMs
      line.sendAnswer(frame)
      afterAnswer?.()
      if (chip.power === 'asleep') receiver.reset()
    })
  }

  const scheduleFinish = (command: Running, atMs: number, responseCode: number, work: Work): void =>
    schedule(command, atMs, () => {
      command.next = undefined
      const answer = work.finish()
      if (answer === undefined) return
      command.whenCardComes = undefined
      const frame = buildFrame([0xd5, responseCode, ...answer], isBare(chip))
      scheduleAnswer(command, atMs, frame, work.afterAnswer)
    })

  const isHeard = (code: number, precededBy: number): boolean => {
    if (chip.power === 'asleep' && precededBy >= WAKE_BYTES) chip.power = 'awake'
    const isUnderstood = chip.power === 'ready' || (chip.power === 'awake' && code === SAM_CONFIGURATION)
    return isUnderstood && !faults.take('loseCommands')
  }

  const acknowledge = (
    command: Running,
    atMs: number,
    responseCode: number,
    work: Work | undefined,
  ): void => {
    line.sendAck()
    if (work === undefined) {
      scheduleAnswer(command, atMs, ERROR_FRAME)
      return
    }
    if (work.isWaiting === true) {
      command.whenCardComes = () => {
        if (command.next !== undefined) timeline.cancel(command.next)
        const findMs = realtime ? CARD_TIME_MS.find : 0
        scheduleFinish(command, clock.now() + findMs, responseCode, work)
      }
    }
    const takesMs = realtime || work.isWaiting === true ? work.takesMs : 0
    scheduleFinish(command, atMs + takesMs, responseCode, work)
  }

  const begin = (content: Uint8Array, precededBy: number, atMs: number): void => {
    const [tfi, code = -1] = content
    if (!isHeard(code, precededBy)) return
    abort()
    chip.nextBaudRate = undefined
    line.sendHeldAnswer()
    const command: Running = { next: undefined, whenCardComes: undefined }
    running = command
    const work = tfi === 0xd4 ? beginCommand(chip, code, content.slice(2)) : undefined
    const acknowledgedAtMs = atMs + lineMs(ACK_FRAME.length)
    schedule(command, acknowledgedAtMs, () => acknowledge(command, acknowledgedAtMs, code + 1, work))
  }

  /** The host's ACK ends the command under way without an answer; after SetSerialBaudRate it puts the new speed in force. */
  const takeAck = (): void => {
    abort()
    baudRate = chip.nextBaudRate ?? baudRate
    chip.nextBaudRate = undefined
  }

  const accept = (frame: HostFrame, atMs: number): void => {
    if (frame.kind === 'information') begin(frame.content, frame.precededBy, atMs)
    else if (frame.kind === 'ack') takeAck()
    else if (running === undefined) line.repeatAnswer()
  }

  return {
    kind: 'serial',
    connect: (send) => line.connect(send),
    receive: (bytes, hostBaudRate = baudRate) => {
      if (faults.has('silent')) return
      line.countBytes(bytes.length)
      const nowMs = clock.now()
      if (nowMs - receivedAtMs > lineTimeMs(GAP_BYTES, baudRate)) receiver.dropPartial()
      receivedAtMs = nowMs
      heardAtMs = Math.max(heardAtMs, nowMs - latenessMs) + lineMs(bytes.length)
      latenessMs = 0
      const atMs = heardAtMs
      for (const frame of receiver.push(hostBaudRate === baudRate ? bytes : bytes.map(() => RUBBISH))) {
        // The new speed holds for whatever the host sends next, even if this line is faster than the real one.
        if (frame.kind === 'ack' && running === undefined) takeAck()
        else timeline.schedule({ atMs, run: () => accept(frame, atMs) })
      }
    },
    get baudRate() {
      return baudRate
    },
    placeCard: (options) => {
      field.place(options)
      running?.whenCardComes?.()
    },
    removeCard: (uid) => field.remove(uid),
    dumpCard: (uid) => field.find(uid).dump(),
    countWrites: (uid) => [...field.find(uid).writeCounts],
    present: () => {
      throw new BridgeError('not_supported', 'A PN532 is shown cards: place one.')
    },
    inject: (fault) => {
      faults.inject(fault)
      if (faults.has('silent')) forgetWork()
    },
    powerCycle: () => {
      forgetWork()
      faults.clear('silent')
      resetChip(chip)
      receiver.reset()
      baudRate = POWER_ON_BAUD_RATE
    },
    close: () => {
      forgetWork()
      line.close()
    },
  }
}
