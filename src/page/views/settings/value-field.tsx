import { useState } from 'react'
import { Field as TextField } from '../../parts/field.tsx'
import { Labelled } from '../../parts/labelled.tsx'
import { Select } from '../../parts/select.tsx'
import { useTexts } from '../../texts/texts.tsx'
import type { Field, Shape } from './schema-shape.ts'
import type { SettingPath } from './setting-path.ts'
import { type FieldView, useField } from './use-field.ts'

interface ValueFieldProps {
  readonly field: Field
  readonly path: SettingPath
  readonly shape: Exclude<Shape, { kind: 'group' | 'list' }>
}

/** One value: a choice, a number, a text, or the JSON of what no field fits. */
export const ValueField = ({ field, path, shape }: ValueFieldProps) => {
  const view = useField(path, field)
  switch (shape.kind) {
    case 'choice':
      return <ChoiceField view={view} options={shape.options} isRequired={field.isRequired} />
    case 'switch':
      return <SwitchField view={view} />
    case 'choices':
      return <ChoicesField view={view} options={shape.options} />
    case 'number':
      return <NumberField view={view} shape={shape} />
    case 'text':
      return <PlainField view={view} isRequired={field.isRequired} />
    case 'json':
      return <JsonField view={view} />
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

interface ViewProps {
  readonly view: FieldView
}

const PlainField = ({ view, isRequired }: ViewProps & { readonly isRequired: boolean }) => (
  <TextField
    label={view.label}
    hint={view.hint}
    error={view.error}
    value={textOf(view.value)}
    disabled={view.isFixed}
    required={isRequired}
    spellCheck={false}
    onChange={({ target }) => view.set(target.value === '' ? undefined : target.value)}
  />
)

const NumberField = ({ view, shape }: ViewProps & { readonly shape: Shape & { kind: 'number' } }) => (
  <TextField
    label={view.label}
    hint={view.hint}
    error={view.error}
    type="number"
    inputMode={shape.isWhole ? 'numeric' : 'decimal'}
    value={textOf(view.value)}
    disabled={view.isFixed}
    onChange={({ target }) => view.set(target.value === '' ? undefined : target.valueAsNumber)}
  />
)

const ChoiceField = ({
  view,
  options,
  isRequired,
}: ViewProps & { readonly options: readonly string[]; readonly isRequired: boolean }) => {
  const { notSet } = useTexts().upkeep.settings
  const isShownEmpty = !isRequired || view.value === undefined
  return (
    <Select
      label={view.label}
      hint={view.hint}
      error={view.error}
      value={textOf(view.value)}
      disabled={view.isFixed}
      options={[
        ...(isShownEmpty ? [['', notSet] as const] : []),
        ...options.map((option) => [option, option] as const),
      ]}
      onChoose={(value) => view.set(value === '' ? undefined : value)}
    />
  )
}

const SwitchField = ({ view }: ViewProps) => {
  const { notSet, yes, no } = useTexts().upkeep.settings
  return (
    <Select
      label={view.label}
      hint={view.hint}
      error={view.error}
      value={typeof view.value === 'boolean' ? String(view.value) : ''}
      disabled={view.isFixed}
      options={[
        ['', notSet],
        ['true', yes],
        ['false', no],
      ]}
      onChoose={(value) => view.set(value === '' ? undefined : value === 'true')}
    />
  )
}

const ChoicesField = ({ view, options }: ViewProps & { readonly options: readonly string[] }) => {
  const chosen: readonly unknown[] = Array.isArray(view.value) ? view.value : []
  const toggle = (option: string): void => {
    const next = options.filter((one) => chosen.includes(one) !== (one === option))
    view.set(next.length === 0 ? undefined : next)
  }
  return (
    <fieldset className="settings-inner" disabled={view.isFixed}>
      <legend>{view.label}</legend>
      {view.hint !== '' && <p className="field-hint">{view.hint}</p>}
      {view.error !== undefined && <p className="field-error">{view.error}</p>}
      <div className="ticks">
        {options.map((option) => (
          <label key={option} className="tick">
            <input type="checkbox" checked={chosen.includes(option)} onChange={() => toggle(option)} />
            <span>{option}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** What is no JSON yet stays as its text, which no such setting can be: it is not saved. */
const JsonField = ({ view }: ViewProps) => {
  const { json } = useTexts().upkeep.settings
  const [typed, setTyped] = useState<string | null>(null)
  const isText = typeof view.value === 'string'
  const told = isText ? view.value : JSON.stringify(view.value ?? '', null, 2)
  const shown = typed ?? (view.value === undefined ? '' : told)
  const change = (text: string): void => {
    setTyped(text)
    view.set(text.trim() === '' ? undefined : parseOrKeep(text))
  }
  return (
    <Labelled label={view.label} hint={view.hint} error={isText ? json : view.error}>
      {(ties) => (
        <textarea
          {...ties}
          className="figures"
          rows={Math.min(12, Math.max(2, shown.split('\n').length))}
          value={shown}
          disabled={view.isFixed}
          spellCheck={false}
          onChange={({ target }) => change(target.value)}
          onBlur={() => setTyped(null)}
        />
      )}
    </Labelled>
  )
}

const parseOrKeep = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
