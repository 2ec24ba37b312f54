import type { ComponentProps } from 'react'
import { Labelled, type LabelledProps } from './labelled.tsx'

type FieldProps = LabelledProps & Omit<ComponentProps<'input'>, 'id' | 'className'>

export const Field = ({ label, hint, error, ...rest }: FieldProps) => (
  <Labelled label={label} hint={hint} error={error}>
    {(ties) => <input {...rest} {...ties} />}
  </Labelled>
)
