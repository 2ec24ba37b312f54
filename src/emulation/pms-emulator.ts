import {
  BridgeError,
  type EmulatorLine,
  type EmulatorOptions,
  type SerialEmulator,
  type TcpEmulator,
} from '../contract/index.ts'
import { createFaultSet } from './fault-set.ts'
import { createKeyCards } from './key-cards.ts'
import { lineTimeMs } from './line-timing.ts'
import { ACCEPTED, answerBytes, createHostReceiver, type HostMessage, REFUSED } from './pms-messages.ts'
import { PMS_ROOMS, type PmsProduct } from './pms-product.ts'
import { createPmsService } from './pms-service.ts'
import { createTimeline } from './timeline.ts'

const FAULTS = [
  'silent',
  'deaf',
  'garbled',
  'late',
  'lateByMessage',
  'noise',
  'duplicateAnswers',
  'otherEncoder',
  'otherCommand',
  'splitBytes',
  'unchecked',
  'lrc',
  'nakStorm',
  'nakMessages',
  'noAck',
  'deafEnquiries',
] as const
const CONNECTION_FAULTS = ['cut', 'cutInAnswer', 'hangUp'] as const

/** The usual speed of such lines (*unverified*: no document at hand names one). */
const BAUD_RATE = 9600

/** What becomes of an answer. It goes to whoever is connected when it is ready, as on a serial line. */
type Fate = (typeof FAULTS)[number] | (typeof CONNECTION_FAULTS)[number] | 'usual'
const FATES = ['silent', 'garbled', 'late', 'lateByMessage', 'cut', 'cutInAnswer'] as const

/**
 * Makes a lock system of this family, in the middle of its PMS line: it replies to ENQ, takes messages, and works for each
 * encoder on its own. Faults, beside those of every lock system and the letters of each refusal; each for the next
 * `count` commands:
 *
 * - `lateByMessage`: the answer comes after the ENQ of the next command, before its message is accepted
 * - `noise`: rubbish comes before the answer; `duplicateAnswers`: it comes twice; `splitBytes`: in pieces of one byte
 * - `otherEncoder`, `otherCommand`: the key is made, and the answer names another encoder or command
 * - `unchecked`: the answer bears RETURN for a checksum; `lrc`: the next answer has a field of nonsense behind it, so that
 *   its checksum is `count`
 * - `nakStorm`: so many enquiries and messages are refused with NAK; `nakMessages`: so many messages
 * - `deafEnquiries`: so many enquiries are not heard; `noAck`: so many messages are not, where `deaf` accepts them
 * - over TCP, `cutInAnswer`: the key is made, and the connection ends within the answer; `hangUp`: it ends at the message, and
 *   nothing is made
 */
export const createPmsEmulator = (
  product: PmsProduct,
  options: EmulatorOptions,
): SerialEmulator | TcpEmulator => {
  const { clock, realtime, transport = 'tcp' } = options
  /** The letters of a refusal by their own name, and the first ones of a code by the code's. */
  const refusals = Object.entries(product.refusals).flatMap(([code, letters]) => [
    [code, letters[0]] as const,
    ...letters.map((one) => [one, one] as const),
  ])
  const faults = createFaultSet<string>([
    ...FAULTS,
    ...(transport === 'tcp' ? CONNECTION_FAULTS : []),
    ...refusals.map(([fault]) => fault),
  ])
  const cards = createKeyCards(product.encoders)
  const service = createPmsService(product, cards, options)
  const receiver = createHostReceiver(product.takesUnchecked)
  const timeline = createTimeline(clock)
  let line: EmulatorLine | undefined
  let freeAtMs = 0
  let held: { readonly bytes: Uint8Array; readonly until: 'next' | 'message' } | undefined

  const say = (bytes: Uint8Array): void => {
    const takesMs = realtime && transport === 'serial' ? lineTimeMs(bytes.length, BAUD_RATE) : 0
    freeAtMs = Math.max(freeAtMs, clock.now()) + takesMs
    timeline.schedule({ atMs: freeAtMs, run: () => line?.send(bytes) })
  }

  const sayHeld = (moment: 'next' | 'message'): void => {
    if (held?.until !== moment) return
    say(held.bytes)
    held = undefined
  }

  const hangUp = (): void => {
    const ended = line
    line = undefined
    receiver.reset()
    ended?.hangUp()
  }

  const alter = ([command = '', encoder = '', ...rest]: readonly string[]): readonly string[] => {
    if (faults.take('otherEncoder'))
      return [command, product.encoders.find((one) => one !== encoder) ?? '', ...rest]
    return faults.take('otherCommand')
      ? [command === 'CO' ? 'CN' : 'CO', encoder, ...rest]
      : [command, encoder, ...rest]
  }

  const bytesOf = (answer: readonly string[], fate: Fate): Uint8Array => {
    const wanted = faults.takeValue('lrc')
    const checksum = fate === 'garbled' ? 'wrong' : faults.take('unchecked') ? 'skipped' : undefined
    return answerBytes(answer, {
      ...(checksum !== undefined && { checksum }),
      ...(wanted !== undefined && { wanted }),
    })
  }

  const answerBy = (fate: Fate, answer: readonly string[], isDone: boolean): void => {
    if (fate === 'silent') return
    if (fate === 'cut') return hangUp()
    const bytes = bytesOf(isDone && answer.length > 1 ? alter(answer) : answer, fate)
    if (fate === 'late' || fate === 'lateByMessage') {
      held = { bytes, until: fate === 'late' ? 'next' : 'message' }
      return
    }
    if (fate === 'cutInAnswer') {
      line?.send(bytes.slice(0, bytes.length >> 1))
      return hangUp()
    }
    if (faults.take('noise')) say(Uint8Array.of(0x55, 0xaa, 0x00, 0xff))
    const isSplit = faults.take('splitBytes')
    for (const piece of isSplit ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : [bytes]) say(piece)
    if (faults.take('duplicateAnswers')) say(bytes)
  }

  const refusalFor = (encoder: string): readonly string[] | undefined => {
    const [, letter] = refusals.find(([fault]) => faults.take(fault)) ?? []
    if (letter === undefined) return undefined
    return letter === 'EG' ? ['EG', encoder, 'Something else went wrong'] : [letter]
  }

  const takeMessage = (fields: readonly string[]): void => {
    if (faults.take('hangUp')) return hangUp()
    if (faults.take('noAck')) return
    say(Uint8Array.of(ACCEPTED))
    if (faults.take('deaf')) return
    const refusal = refusalFor(fields[1] ?? '')
    if (refusal !== undefined) return answerBy('usual', refusal, false)
    const fate = FATES.find((one) => faults.take(one)) ?? 'usual'
    service.take(fields, (answer, isDone) => answerBy(fate, answer, isDone))
  }

  const take = (heard: HostMessage): void => {
    if (heard.kind === 'enquiry') {
      if (!faults.take('deafEnquiries')) say(Uint8Array.of(faults.take('nakStorm') ? REFUSED : ACCEPTED))
      return
    }
    sayHeld('message')
    const isRefused = heard.kind === 'damaged' || faults.take('nakStorm') || faults.take('nakMessages')
    if (isRefused) say(Uint8Array.of(REFUSED))
    else takeMessage(heard.fields)
  }

  const receive = (bytes: Uint8Array): void => {
    sayHeld('next')
    for (const heard of receiver.push(bytes)) take(heard)
  }

  const forget = (): void => {
    service.reset()
    receiver.reset()
    timeline.clear()
    held = undefined
  }

  const base = {
    lockSystem: { encoders: product.encoders, rooms: PMS_ROOMS },
    receive,
    placeCard: (card: Parameters<SerialEmulator['placeCard']>[0]) => service.cardPlaced(cards.place(card)),
    removeCard: (uid?: string) => cards.remove(uid),
    dumpCard: (uid: string) => cards.dump(uid),
    countWrites: (uid: string) => [cards.writesOf(uid)],
    present: () => {
      throw new BridgeError('not_supported', 'An encoder is shown cards: place one.')
    },
    inject: faults.inject,
    powerCycle: () => {
      forget()
      if (transport === 'tcp') hangUp()
    },
    close: () => {
      forget()
      line = undefined
    },
  }

  if (transport === 'serial') {
    return {
      ...base,
      kind: 'serial',
      baudRate: BAUD_RATE,
      connect: (send) => {
        line = { send, hangUp: () => undefined }
      },
    }
  }
  return {
    ...base,
    kind: 'tcp',
    connect: (next) => {
      // There is one connection for the PMS; that a second one is refused is *unverified*.
      if (line !== undefined) return next.hangUp()
      line = next
      receiver.reset()
    },
    disconnected: () => {
      line = undefined
      receiver.reset()
    },
  }
}
