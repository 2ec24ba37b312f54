import { Labelled, type LabelledProps } from './labelled.tsx'

interface SelectProps extends LabelledProps {
  readonly value: string
  readonly options: readonly (readonly [value: string, name: string])[]
  readonly onChoose: (value: string) => void
  readonly disabled?: boolean
}

/** One of a few. */
export const Select = ({ value, options, onChoose, disabled, ...words }: SelectProps) => (
  <Labelled {...words}>
    {(ties) => (
      <select {...ties} value={value} disabled={disabled} onChange={({ target }) => onChoose(target.value)}>
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    )}
  </Labelled>
)
