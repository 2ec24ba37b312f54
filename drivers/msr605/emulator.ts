import {
  BridgeError,
  type Emulator,
  type EmulatorOptions,
  type HidEmulator,
  type SerialEmulator,
} from 'encoder-bridge/driver'
import { createCardField } from '../../src/emulation/card-field.ts'
import { lineTimeMs } from '../../src/emulation/line-timing.ts'
import { createTimeline } from '../../src/emulation/timeline.ts'
import { createAnswers } from './emulator-answers.ts'
import { createFaults } from './emulator-faults.ts'
import { createFirmware } from './emulator-firmware.ts'
import { createReportWriter, facts, payloadOf, reportDescriptor } from './emulator-reports.ts'

const BAUD_RATE = 9600
/** What a host hears of bytes at another speed, and the other way round. */
const RUBBISH = 0x55

type Shared = Pick<
  Emulator,
  'placeCard' | 'removeCard' | 'dumpCard' | 'countWrites' | 'present' | 'inject' | 'powerCycle' | 'close'
>

/** The encoder behind either link, with its card slot. */
const createEncoder = (options: EmulatorOptions, version: string, lineMs: (sizeBytes: number) => number) => {
  const field = createCardField(['stripe'])
  const faults = createFaults()
  const timeline = createTimeline(options.clock)
  let carry: ((answer: Uint8Array) => void) | undefined
  let sentAtMs = 0

  const answers = createAnswers(faults, (answer) => {
    sentAtMs = Math.max(sentAtMs, options.clock.now()) + (options.realtime ? lineMs(answer.length) : 0)
    timeline.schedule({ atMs: sentAtMs, run: () => carry?.(answer) })
  })
  const firmware = createFirmware({ ...options, field, faults, version, say: answers.say })

  const stop = (): void => {
    firmware.stop()
    timeline.clear()
    answers.forget()
  }

  const shared: Shared = {
    placeCard: (card) => {
      field.place(card)
      firmware.lookForCard()
    },
    removeCard: (uid) => field.remove(uid),
    dumpCard: (uid) => field.find(uid).dump(),
    countWrites: (uid) => [...field.find(uid).writeCounts],
    present: () => {
      throw new BridgeError('not_supported', 'Through an MSR605 cards are swiped: place one.')
    },
    inject: (fault) => {
      faults.inject(fault)
      if (faults.has('silent')) stop()
    },
    powerCycle: () => {
      stop()
      faults.clear('silent')
      faults.clear('noPower')
      firmware.powerCycle()
    },
    close: () => {
      stop()
      carry = undefined
    },
  }

  return {
    shared,
    faults,
    connect: (next: (answer: Uint8Array) => void): void => {
      carry = next
    },
    receive: (bytes: readonly number[]): void => {
      if (faults.has('silent')) return
      answers.sendHeld()
      if (faults.has('echo')) answers.say(bytes)
      else firmware.receive(bytes)
    },
  }
}

/** An MSR206 with three tracks on a serial line. Its version is made up after the manual's pattern, `REV?X.XX`. */
const createSerial = (options: EmulatorOptions): SerialEmulator => {
  const encoder = createEncoder(options, 'REVU2.02', (sizeBytes) => lineTimeMs(sizeBytes, BAUD_RATE))
  return {
    ...encoder.shared,
    kind: 'serial',
    connect: encoder.connect,
    receive: (bytes, hostBaudRate = BAUD_RATE) =>
      encoder.receive([...(hostBaudRate === BAUD_RATE ? bytes : bytes.map(() => RUBBISH))]),
    baudRate: BAUD_RATE,
  }
}

/** A report goes out every millisecond. */
const createUsb = (options: EmulatorOptions): HidEmulator => {
  const encoder = createEncoder(options, 'REVT3.12', (sizeBytes) => Math.ceil(sizeBytes / 63))
  const refuse = (): never => {
    throw new BridgeError('device_fault', 'The feature report is stalled.')
  }
  return {
    ...encoder.shared,
    kind: 'hid',
    facts,
    reportDescriptor,
    connect: (send) => encoder.connect(createReportWriter(send)),
    receive: (_, data) => encoder.receive(payloadOf(data)),
    setFeature: (reportId, data) => {
      if (reportId !== 0 || encoder.faults.has('stall')) refuse()
      encoder.receive(payloadOf(data))
    },
    getFeature: refuse,
  }
}

/**
 * Makes an encoder of magnetic stripes, written from the "MSR605 Programmer's Manual" and the "MSR206 Programmer's Manual":
 * a three-track MSR206 on a serial line, or an MSR605X on USB, which speaks the same in reports of 64 bytes, as features or
 * as output. It begins in Lo-Co. While it waits for a swipe it hears a reset and nothing else. Of raw data it writes, eight
 * bits to the byte, and reads none; the tests of sensor and RAM are missing. Cards: `magstripe` (Hi-Co), `magstripe-loco`.
 *
 * Kinds of firmware, for `inject` as well; they outlast `powerCycle`:
 *
 * - `plainBlanks`: blank and undecodable tracks are told by no bytes, as the manual has it
 * - `capitals`: the coercivity is told in capitals, as the manual has it
 * - `oldFirmware`: it does not answer questions for model, firmware and coercivity, nor the setting of bits a character
 * - `fixedCoercivity`: the coercivity can't be changed
 * - `echo`: what it hears comes back, as from another device
 * - `stall`: it refuses feature reports, as a card reader with that identity may
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `badSwipe`: the next card that is written moves unevenly: status 9, the stripe stays as it was
 * - `readError`: no track of the next card that is read can be decoded
 * - `swipeStatus` n: the next swipe does nothing and is answered with the status n (49 is the digit 1)
 * - `noPower`: nothing is magnetised, status 1, until `powerCycle` (*unverified*)
 * - `wornStripe`: the next write is answered with status 0, but no track keeps its first set bit
 * - `removeCardAfterWrites` n: every card is taken away right after the n-th write
 * - `loseCommands`: a command is not heard
 * - `dropAnswers`: the answer is lost
 * - `corruptAnswers`: the first byte of the answer is rubbish
 * - `noise`: rubbish comes before the answer
 * - `duplicateAnswers`: the answer comes twice
 * - `lateAnswers`: the answer is held back until the next command and comes before its answer
 * - `silent`: the encoder is dead until `powerCycle`
 */
export const createMsr605Emulator = (options: EmulatorOptions): Emulator => {
  const { transport = 'serial' } = options
  if (transport === 'serial') return createSerial(options)
  if (transport === 'hid') return createUsb(options)
  throw new BridgeError('not_supported', `An MSR605 is no ${transport} device.`)
}
