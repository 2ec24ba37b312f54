import { errorTable } from '../../../contract/errors.ts'

/** The daemon's own words. */
export const errors = errorTable as Readonly<
  Record<keyof typeof errorTable, { readonly cause: string; readonly nextStep: string }>
>
