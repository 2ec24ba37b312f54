import type { BridgeError } from '../../contract/errors.ts'
import type { DoctorCheck } from '../schema.ts'

/** What is known of the list of rooms. */
export interface RoomFacts {
  /** Whether a key system is configured that goes by the list. */
  readonly isNeeded: boolean
  readonly rowCount: number
  /** Why the file can't be used. */
  readonly error: BridgeError | null
}

export const checkRooms = ({ isNeeded, rowCount, error }: RoomFacts): DoctorCheck => {
  const name = 'rooms'
  if (error !== null) {
    return {
      name,
      status: 'failed',
      message: error.message,
      next_step: 'Correct the file, or take a right one with `encoder-bridge rooms import FILE`.',
    }
  }
  if (rowCount > 0) {
    return {
      name,
      status: 'ok',
      message: `Rows in the list: ${rowCount}; \`encoder-bridge rooms check\` compares it with the hub.`,
    }
  }
  return isNeeded
    ? {
        name,
        status: 'warning',
        message: 'The list of rooms is empty: no key can be made for a door.',
        next_step: 'Fill in what `encoder-bridge rooms export` writes, and `encoder-bridge rooms import` it.',
      }
    : { name, status: 'skipped', message: 'No key system that goes by it is configured.' }
}
