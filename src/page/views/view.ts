import type { ComponentType } from 'react'
import type { StatusResponse } from '../../control/schema.ts'
import type { Role } from '../../control/schema/people.ts'
import type { IconName } from '../parts/icon.tsx'
import type { Texts } from '../texts/en.ts'

/** One view of the page, as navigation and router know it. */
export interface View {
  /** In the address: `#/cards`. */
  readonly id: string
  readonly name: (texts: Texts) => string
  readonly icon: IconName
  /** The least that somebody must be to use it. */
  readonly role: Role
  /** Whether it is listed now; without this it always is. One that is opens the page. */
  readonly isOffered?: (status: StatusResponse | null) => boolean
  /** Gets what stands behind the id in the address. */
  readonly show: ComponentType<{ readonly rest: string }>
}

const rank: Readonly<Record<Role, number>> = { read_only: 0, operator: 1, installer: 2 }

/** Whether somebody of that role may do what wants this one. */
export const isAllowed = (role: Role | null, wanted: Role): boolean =>
  role !== null && rank[role] >= rank[wanted]
