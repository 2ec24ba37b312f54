import { OrderId } from '../contract/ids.ts'
import type { People } from '../contract/people.ts'
import { isAdmitted, type Caller } from './caller.ts'

/** Whose a session is. */
export interface Owners {
  /** Whoever had it ordered here; what nobody here has ordered belongs to the desk's operators. */
  isYours(orderId: string, caller: Caller): boolean
  own(orderId: string, caller: Caller): void
}

export const createOwners = (people: () => Pick<People, 'own' | 'ownerOf'>): Owners => ({
  isYours: (orderId, caller) => {
    const known = OrderId.safeParse(orderId)
    if (!known.success) return false
    const owner = people().ownerOf(known.data)
    return owner === null ? isAdmitted(caller, 'operator') : owner === caller.key
  },
  own: (orderId, caller) => people().own(orderId, caller.key),
})
