import { useId, type ReactNode } from 'react'

export interface LabelledProps {
  readonly label: string
  readonly hint?: string | undefined
  /** What is wrong with the value. */
  readonly error?: string | undefined
}

/** What ties a control to its label, hint and error. */
interface Ties {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

/** A control with its label above, its hint below, and what is wrong with it. */
export const Labelled = ({
  label,
  hint,
  error,
  children,
}: LabelledProps & { readonly children: (ties: Ties) => ReactNode }) => {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {hint !== undefined && hint !== '' && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}
