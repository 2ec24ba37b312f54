import { createContext, use } from 'react'
import type { Complaint } from './complaints.ts'
import type { SettingPath } from './setting-path.ts'

/** What every field of the form sees. Paths are as `showPath` writes them. */
export interface FormState {
  readonly values: unknown
  readonly wrong: ReadonlyMap<string, Complaint>
  /** What the daemon has said about one setting. */
  readonly said: { readonly path: string; readonly sentence: string } | null
  readonly fromEnvironment: readonly string[]
  readonly restartNeeded: readonly string[]
  /** undefined takes a setting out, so that its default counts. */
  change(path: SettingPath, value: unknown): void
}

export const FormContext = createContext<FormState | null>(null)

export const useForm = (): FormState => {
  const form = use(FormContext)
  if (form === null) throw new Error('A field stands outside its form.')
  return form
}
