import type { upkeep as english } from '../en/upkeep.ts'

export const upkeep: typeof english = {}
