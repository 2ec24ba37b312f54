import type { Clock } from 'encoder-bridge/driver'
import type { Faults } from './emulator-faults.ts'
import { CODERS, type KeyStore, type Verdict } from './emulator-keys.ts'
import type { EmulatedRecord } from './emulator-records.ts'

/** Without a card the coder gives up after this. */
const CARD_WAIT_MS = 20_000
/** A key takes this to make, in real time. */
const MAKE_MS = 1200

/** The line of the lock system, as its key service uses it. */
export interface ServiceLine {
  /** A KA with these fields. */
  answer(fields: Readonly<Record<string, string>>): void
  /** The same, with the next thing that the host sends. */
  answerLater(fields: Readonly<Record<string, string>>): void
  hangUp(): void
}

interface KeyService {
  /** KR, KD, KM. */
  take(record: EmulatedRecord): void
  cardPlaced(coder: string): void
  /** Forgets what is under way. */
  reset(): void
}

const refusedAs = { key_encoder_busy: 'BY', room_checked_out: 'NG', key_order_refused: 'UR' } as const

/** What is under way on a coder. */
interface Work {
  timer: unknown
  readonly onCard: () => void
}

export const createKeyService = (
  { clock, realtime }: { readonly clock: Clock; readonly realtime: boolean },
  keys: KeyStore,
  faults: Faults,
  line: ServiceLine,
): KeyService => {
  const working = new Map<string, Work>()
  const coderOf = (record: EmulatedRecord): string | undefined =>
    CODERS.find((coder) => Number(coder) === Number(record.fields['KC']))

  /** Whose answer it is: both are told again as they came, unless a fault has it otherwise. */
  const addressOf = ({ fields }: EmulatedRecord): Record<string, string> => {
    const coder = fields['KC'] ?? ''
    const workstation = fields['WS']
    return {
      ...(workstation !== undefined && !faults.take('nameless') && { WS: workstation }),
      KC: faults.take('paddedCoder') ? coder.padStart(2, '0') : coder,
    }
  }

  const answer = (record: EmulatedRecord, status: string, words?: string): void => {
    const address = addressOf(record)
    const fields = { ...address, AS: status, ...(words !== undefined && { CT: words }) }
    if (faults.take('otherCoderFirst')) line.answer({ ...fields, KC: address['KC'] === '8' ? '7' : '8' })
    line.answer(fields)
    if (faults.take('duplicateAnswers')) line.answer(fields)
  }

  /** It was done: now what becomes of the answer. */
  const done = (record: EmulatedRecord): void => {
    if (faults.take('silent')) return
    if (faults.take('cut')) line.hangUp()
    else if (faults.take('late')) line.answerLater({ ...addressOf(record), AS: 'OK' })
    else answer(record, faults.take('garbled') ? '?' : 'OK')
  }

  const finish = (record: EmulatedRecord, { status, words }: Verdict): void => {
    if (status === 'OK') done(record)
    else answer(record, status, words)
  }

  const makeKey = (record: EmulatedRecord, coder: string): void => {
    const make = (): void => {
      clock.clearTimeout(working.get(coder)?.timer)
      working.delete(coder)
      finish(record, keys.make(coder, record.fields))
    }
    const onCard = (): void => {
      const work = working.get(coder)
      if (!realtime || work === undefined) return make()
      clock.clearTimeout(work.timer)
      work.timer = clock.setTimeout(make, MAKE_MS)
    }
    working.set(coder, { timer: clock.setTimeout(make, CARD_WAIT_MS), onCard })
    if (keys.cards.on(coder).length > 0) onCard()
  }

  return {
    take: (record) => {
      if (faults.take('deaf')) return
      const status = faults.takeValue('status')
      if (status !== undefined) return answer(record, String.fromCharCode(status >> 8, status & 0xff))
      for (const code of ['key_encoder_busy', 'room_checked_out', 'key_order_refused'] as const) {
        if (faults.take(code)) return answer(record, refusedAs[code])
      }
      const coder = coderOf(record)
      if (coder === undefined) return answer(record, 'BY', 'NO SUCH ENCODER')
      if (working.has(coder)) return answer(record, 'BY', 'ENCODER BUSY')
      const { RN: room = '', RO: oldRoom = room } = record.fields
      if (record.id === 'KR') makeKey(record, coder)
      else finish(record, record.id === 'KD' ? keys.end(room) : keys.move(oldRoom, room))
    },
    cardPlaced: (coder) => working.get(coder)?.onCard(),
    reset: () => {
      for (const { timer } of working.values()) clock.clearTimeout(timer)
      working.clear()
    },
  }
}
