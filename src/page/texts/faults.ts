import { errorTable, type BridgeError, type ErrorOwner } from '../../contract/errors.ts'
import type { Fault } from '../../control/schema.ts'
import { useTexts } from './texts.tsx'

/** An error in words. */
export interface FaultTexts {
  readonly cause: string
  readonly owner: ErrorOwner
  readonly nextStep: string
}

/** An error in the language that is spoken; the facts of the case come as the daemon tells them. */
export const useFaultTexts = ({ code, detail }: Pick<Fault | BridgeError, 'code' | 'detail'>): FaultTexts => {
  const { errors } = useTexts()
  const { owner } = errorTable[code]
  const { cause, nextStep } = errors[code]
  return { cause: detail === undefined ? cause : `${cause} ${detail}`, owner, nextStep }
}
