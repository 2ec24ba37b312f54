import { BridgeError } from '../contract/errors.ts'
import type { Role } from './schema/people.ts'
import type { Admission } from './schema/routes.ts'

/** Who is asking. Everybody calls from this computer, so that nothing but a token or a cookie tells. */
export interface Caller {
  readonly via: 'token' | 'page' | 'nobody'
  /** Null for nobody, and for a page that is locked. */
  readonly role: Role | null
  readonly clerk: { readonly clerkId: string; readonly name: string } | null
  /** Whose orders are whose; never a secret. */
  readonly key: string
  /** For people and the audit: a clerk's name, or by what the call came. */
  readonly label: string
}

export const nobody: Caller = { via: 'nobody', role: null, clerk: null, key: 'nobody', label: 'nobody' }

/** Whoever can read the daemon's files is at the terminal, and may do everything. */
export const tokenHolder: Caller = {
  via: 'token',
  role: 'installer',
  clerk: null,
  key: 'token',
  label: 'the control token',
}

const ranks = {
  anybody: 0,
  locked: 1,
  read_only: 2,
  operator: 3,
  installer: 4,
} as const satisfies Record<Admission, number>

const rankOf = ({ via, role }: Caller): number => {
  if (via === 'nobody') return ranks.anybody
  return role === null ? ranks.locked : ranks[role]
}

/** Whether somebody may do what is open to these. */
export const isAdmitted = (caller: Caller, admits: Admission): boolean => rankOf(caller) >= ranks[admits]

/** Why a route does not let somebody in; null when it does. */
export const turnedAway = (caller: Caller, admits: Admission): BridgeError | null => {
  if (isAdmitted(caller, admits)) return null
  if (caller.via === 'nobody') return new BridgeError('control_unauthorized')
  return new BridgeError(caller.role === null ? 'control_locked' : 'control_role')
}
