import { toBridgeError } from '../../contract/errors.ts'
import type { OutboxFigures } from '../../contract/journal.ts'
import type { DoctorCheck } from '../schema.ts'

/** An HTTP Date has whole seconds and is old by the answer's way: less than this says nothing about a clock. */
const SKEW_WORTH_SAYING_MS = 30_000
const OLD_RESULT_MS = 15 * 60_000

export const checkPairing = (hubEndpoint: string | null): DoctorCheck =>
  hubEndpoint === null
    ? {
        name: 'pairing',
        status: 'warning',
        message: 'This bridge is not paired with a hub.',
        next_step: 'Run `encoder-bridge pair --hub URL`.',
      }
    : { name: 'pairing', status: 'ok', message: `Paired with ${hubEndpoint}.` }

/** Asks the hub anything at all: any answer is an answer, and its Date header, which `askDate` resolves with, tells its clock. */
export const checkHub = async (
  hubEndpoint: string | null,
  now: number,
  askDate: (hubEndpoint: string) => Promise<string | null>,
): Promise<DoctorCheck> => {
  if (hubEndpoint === null) {
    return { name: 'hub', status: 'skipped', message: 'There is no hub to ask.' }
  }
  let date: string | null
  try {
    date = await askDate(hubEndpoint)
  } catch (thrown) {
    const error = toBridgeError(thrown)
    return { name: 'hub', status: 'failed', message: error.message, next_step: error.facts.nextStep }
  }
  const skewMs = date === null ? 0 : now - Date.parse(date)
  if (Math.abs(skewMs) > SKEW_WORTH_SAYING_MS) {
    const seconds = Math.round(Math.abs(skewMs) / 1000)
    return {
      name: 'hub',
      status: 'warning',
      message: `${hubEndpoint} answers, but this computer’s clock is ${seconds} s ${skewMs > 0 ? 'ahead' : 'behind'}.`,
      next_step: 'Set the clock: turn on network time.',
    }
  }
  return { name: 'hub', status: 'ok', message: `${hubEndpoint} answers.` }
}

/** In REST mode nobody fetches them: they are a hub's, and so is the pairing that rests. */
const checkRestingOutbox = ({ waiting }: OutboxFigures): DoctorCheck =>
  waiting === 0
    ? { name: 'results', status: 'ok', message: 'No result waits for a hub.' }
    : {
        name: 'results',
        status: 'warning',
        message: `Results of an earlier pairing that its hub was never told: ${waiting}. In REST mode nobody tells it.`,
        next_step: 'Take `seam` out of the configuration until they are delivered.',
      }

export const checkOutbox = (figures: OutboxFigures | null, now: number, isResting: boolean): DoctorCheck => {
  const name = 'results'
  if (figures === null) return { name, status: 'skipped', message: 'There is no journal yet.' }
  if (isResting) return checkRestingOutbox(figures)
  if (figures.oldestAt === null) {
    return { name, status: 'ok', message: 'The hub has every result.' }
  }
  const ageMs = now - Date.parse(figures.oldestAt)
  const message = `Waiting for the hub: ${figures.waiting}, the oldest since ${figures.oldestAt}.`
  return ageMs > OLD_RESULT_MS
    ? {
        name,
        status: 'warning',
        message,
        next_step: 'Check the network: they are kept until the hub answers.',
      }
    : { name, status: 'ok', message }
}
