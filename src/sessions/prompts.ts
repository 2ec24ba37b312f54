import { errorTable } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Order } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'
import type { SessionState } from '../contract/session-view.ts'
import { beside, type KeyFacts, keyPrompt, madeText } from './key-prompts.ts'

/** What a prompt may speak of. */
export interface PromptFacts {
  readonly state: SessionState
  /** The encoder's name, or the names of the pool. */
  readonly encoder: string
  readonly isEncoderReady: boolean
  readonly notice: ErrorCode | null
  readonly question: 'liveKey' | 'occupied' | null
  /** Null where the card has no identifier. */
  readonly uid: string | null
  /** Cards are swiped through the encoder, not laid onto it. */
  readonly isSwiped: boolean
  /** It is a scanner: cards and codes are shown to it. */
  readonly isScanner: boolean
  readonly isReadingBack: boolean
  /** Of a session with a key system; null for every other one. */
  readonly key: KeyFacts | null
  readonly ending: Ending | null
}

/** One sentence that tells the clerk what to do now. */
export const promptOf = (facts: PromptFacts): string => {
  if (facts.notice !== null) {
    const told = noticeTexts[facts.notice]?.(facts)
    if (told !== undefined) return told
  }
  if (facts.key !== null) return keyPrompt(facts, facts.key) ?? fieldPrompt(facts)
  if (facts.isScanner && facts.state === 'waitingForCard')
    return `Show the card or the code to ${facts.encoder}.`
  return facts.isSwiped ? (swipePrompt(facts) ?? fieldPrompt(facts)) : fieldPrompt(facts)
}

/** ` 04A1B2C3`, or nothing for a card that has no identifier. */
const named = (uid: string | null): string => (uid === null ? '' : ` ${uid}`)

const noticeTexts: Partial<Record<ErrorCode, (facts: PromptFacts) => string>> = {
  card_swapped: ({ uid, encoder }) => `That is another card. Place the card${named(uid)} on ${encoder}.`,
  card_several: ({ encoder }) => `More than one card lies on ${encoder}. Leave only one.`,
  card_unreadable: ({ encoder }) => `It could not be read. Present it again at ${encoder}.`,
  card_swipe_failed: ({ encoder }) =>
    `The swipe went wrong. Swipe the same card through ${encoder} again, in one even movement.`,
  key_encoder_busy: ({ encoder }) =>
    `${encoder} is busy with another key. Finish or cancel what it shows; the order goes on by itself.`,
}

/** Where a card is swiped, each reading and each writing is a movement of the clerk. */
const swipePrompt = ({ state, encoder, isEncoderReady, isReadingBack }: PromptFacts): string | undefined => {
  switch (state) {
    case 'waitingForCard':
      return `Swipe the card through ${encoder}, so that it can be looked at.`
    case 'checkingCard':
    case 'reading':
    case 'verifying':
      return 'Keep the card at hand: what was read is being looked at.'
    case 'writing':
      return isReadingBack
        ? `Swipe the same card through ${encoder} again, so that it can be checked.`
        : `Swipe the same card through ${encoder} again: now it is written.`
    case 'recovering':
      return isEncoderReady
        ? `A write was cut short. Swipe the card through ${encoder} again, so that its state can be told.`
        : undefined
    default:
      return undefined
  }
}

const fieldPrompt = (facts: PromptFacts): string => {
  const { encoder } = facts
  switch (facts.state) {
    case 'queued':
      return facts.isEncoderReady
        ? `${encoder} is busy. This order is next in its queue; wait a moment.`
        : `${encoder} is not connected. Check its cable; the order goes on by itself.`
    case 'leasing':
      return `Preparing ${encoder}.`
    case 'waitingForCard':
      return `Place the card on ${encoder}.`
    case 'checkingCard':
    case 'reading':
      return 'Leave the card where it is: it is being read.'
    case 'awaitingConfirmation':
      return facts.question === 'liveKey'
        ? 'A key of these doors is still valid and ends with the new one. Confirm, or cancel.'
        : 'The card holds something that is still valid. Confirm to overwrite it, or cancel and take a free card.'
    case 'writing':
    case 'verifying':
      return 'Leave the card where it is: it is being written.'
    case 'waitingForReturn':
      return `The card was taken away too early. Put the same card back on ${encoder}.`
    case 'comparing':
      return 'The card was read. It is being compared with Seam.'
    case 'assigning':
      return 'The card was read. Keep it at hand until it is known that it was assigned.'
    case 'recovering':
      return facts.isEncoderReady
        ? `A write was cut short. Place the card${named(facts.uid)} on ${encoder} again, so that its state can be told.`
        : `A write was cut short: ${encoder} is not connected. Check its cable; leave the card${named(facts.uid)} at hand.`
    case 'ordering':
    case 'makingKey':
      return `The order is at the lock system of ${encoder}.`
    case 'ended':
      return facts.ending === null ? '' : endingText(facts.ending)
  }
}

/** The truth about the card in one sentence, with the next step where there is one. */
export const endingText = (ending: Ending, kind: Order['kind'] = 'encode'): string => {
  switch (ending.kind) {
    case 'encoded':
      if (ending.keys !== null) return madeText(ending.keys, ending.proof)
      return ending.proof === 'alreadyRight'
        ? 'The card already held this order; nothing was written. Hand it out.'
        : 'The card is encoded and was read back. Hand it out.'
    case 'carriedOut':
      return `The lock system has done it.${beside(ending.remark)}`
    case 'scanned':
      return ending.remark ?? 'The card was read.'
    case 'assigned':
      return `The card ${ending.cardNumber} is assigned. Hand it out.`
    case 'untouched':
      return `${sentence(ending)} ${kind === 'stay' ? 'Nothing has changed.' : 'The card is unchanged.'} ${errorTable[ending.code].nextStep}`
    case 'spoiled':
      return `${sentence(ending)} The card must be encoded again or thrown away. ${errorTable[ending.code].nextStep}`
    case 'unknown':
      return unknownText(ending, kind)
  }
}

const unknownText = (ending: Failure, kind: Order['kind']): string => {
  switch (kind) {
    case 'stay':
      return `${reasonText(ending)} Nobody can say whether it was done: look it up in the lock system before you order again.`
    case 'assign':
    case 'scan_to_assign':
      return `${reasonText(ending)} Nobody can say whether the card was given to its owner: look it up in Seam before you order again.`
    case 'encode':
    case 'scan':
      return `${sentence(ending)} Nobody can say what the card holds. ${errorTable[ending.code].nextStep}`
  }
}

interface Failure {
  readonly code: ErrorCode
  readonly detail: string | null
}

const sentence = ({ code, detail }: Failure): string =>
  detail === null ? errorTable[code].cause : `${errorTable[code].cause} ${detail}`

/** Where no card was written, the cause does not speak of one. */
const reasonText = ({ detail }: Failure): string => detail ?? 'The answer did not come.'
