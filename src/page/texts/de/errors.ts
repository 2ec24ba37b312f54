import type { errors as english } from '../en/errors.ts'
import { errors as daemon } from '../en/errors.ts'

export const errors: typeof english = { ...daemon }
