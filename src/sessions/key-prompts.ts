import { errorTable } from '../contract/errors.ts'
import type { KeysMade } from '../contract/outcome.ts'
import type { SessionState } from '../contract/session-view.ts'

/** What the prompts of a session with a key system speak of. */
export interface KeyFacts {
  /** What is asked of it. */
  readonly work: 'keys' | 'stay' | 'assign' | 'scan'
  /** How many keys are ordered. */
  readonly wanted: number
  /** What people must know before a key is made. */
  readonly remark: string | null
  /** What was read in the place of a key in doubt. */
  readonly found: string | null
}

interface At {
  readonly state: SessionState
  readonly encoder: string
  readonly isEncoderReady: boolean
}

/** What the clerk does now at an encoder of a key system; undefined where it is what every encoder wants. */
export const keyPrompt = ({ state, encoder, isEncoderReady }: At, facts: KeyFacts): string | undefined => {
  switch (state) {
    case 'queued':
      return isEncoderReady
        ? undefined
        : `${encoder} is not connected. Check the line to its lock system; the order goes on by itself.`
    case 'waitingForCard':
      return `Put the key on ${encoder}, so that the lock system reads it.`
    case 'ordering':
      return facts.work === 'stay'
        ? 'The order goes to the lock system.'
        : `The order goes to the lock system. Have a card ready at ${encoder}.${beside(facts.remark)}`
    case 'makingKey':
      return `${makingText(encoder, facts)}${beside(facts.remark)}`
    case 'recovering':
      return recoveringText({ encoder, isEncoderReady }, facts)
    default:
      return undefined
  }
}

/** A remark after a sentence. */
export const beside = (remark: string | null): string => (remark === null ? '' : ` ${remark}`)

const makingText = (encoder: string, { work, wanted }: KeyFacts): string => {
  switch (work) {
    case 'stay':
      return 'The lock system carries it out. Wait for its answer.'
    case 'assign':
      return `Place the card on ${encoder}: Seam reads it and gives it to its owner.`
    case 'keys':
    case 'scan':
      return wanted > 1
        ? `Put ${String(wanted)} cards on ${encoder}, one after the other as it shows; the lock system makes the keys.`
        : `Put a card on ${encoder} as it shows, and leave it there until the lock system has made the key.`
  }
}

const recoveringText = (
  { encoder, isEncoderReady }: Pick<At, 'encoder' | 'isEncoderReady'>,
  { found }: KeyFacts,
): string => {
  if (!isEncoderReady) {
    return `It is not certain that the key was made, and ${encoder} is not connected. Check the line to its lock system; leave the card at hand.`
  }
  const ask = `so that the lock system reads it.`
  return found === null
    ? `It is not certain that the key was made. Put it on ${encoder}, ${ask}`
    : `It is not certain that the key was made, and the card that was read is not that key. ${found} Put the new key on ${encoder}, ${ask}`
}

/** What became of the keys of an order, and what the clerk does with them. */
export const madeText = (
  { made, wanted, shortfall, remark }: KeysMade,
  proof: 'readBack' | 'alreadyRight' | 'confirmed',
): string => {
  const count = made === wanted ? String(made) : `${String(made)} of ${String(wanted)}`
  const keys = wanted === 1 ? 'the key' : `${count} keys`
  const handOut = made === 1 ? 'Hand it out.' : 'Hand them out.'
  const told =
    proof === 'readBack'
      ? `The lock system has read ${keys} as ordered. ${handOut}`
      : `The lock system has confirmed ${keys}. ${handOut}`
  return `${told}${shortfall === null ? '' : ` ${shortfallText(shortfall)}`}${beside(remark)}`
}

const shortfallText = ({ code, detail }: NonNullable<KeysMade['shortfall']>): string => {
  const { cause, nextStep } = errorTable[code]
  const rest =
    code === 'outcome_unknown' ? 'Whether another one was made is not known.' : 'No further one was made.'
  return [rest, cause, ...(detail === null ? [] : [detail]), nextStep].join(' ')
}
