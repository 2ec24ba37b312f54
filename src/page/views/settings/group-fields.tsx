import { Button } from '../../parts/button.tsx'
import { Disclosure } from '../../parts/disclosure.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { useForm } from './form-state.ts'
import type { Field, Shape } from './schema-shape.ts'
import { type SettingPath, showPath, valueAt } from './setting-path.ts'
import { useField } from './use-field.ts'
import { ValueField } from './value-field.tsx'

interface AtPath {
  readonly field: Field
  readonly path: SettingPath
}

/** The settings of a group, one below the other. */
export const GroupFields = ({
  fields,
  path,
}: {
  readonly fields: readonly Field[]
  readonly path: SettingPath
}) => fields.map((field) => <SettingField key={field.key} field={field} path={[...path, field.key]} />)

/** Whether something is wrong here or further in. */
const useTroubleUnder = (path: SettingPath): boolean => {
  const { wrong, said } = useForm()
  const own = showPath(path)
  return [...wrong.keys(), said?.path ?? ''].some((at) => at.startsWith(own))
}

const SettingField = ({ field, path }: AtPath) => {
  switch (field.shape.kind) {
    case 'group':
      return <Group field={field} path={path} fields={field.shape.fields} />
    case 'list':
      return <List field={field} path={path} item={field.shape.item} maxItems={field.shape.maxItems} />
    default:
      return <ValueField field={field} path={path} shape={field.shape} />
  }
}

const Group = ({ field, path, fields }: AtPath & { readonly fields: readonly Field[] }) => {
  const { label, hint, error, value } = useField(path, field)
  const hasTrouble = useTroubleUnder(path)
  const inner = (
    <>
      {hint !== '' && <p className="field-hint">{hint}</p>}
      {error !== undefined && <p className="field-error">{error}</p>}
      <GroupFields fields={fields} path={path} />
    </>
  )
  return path.length === 1 ? (
    <fieldset className="panel settings-group">
      <legend>{label}</legend>
      {inner}
    </fieldset>
  ) : (
    <Disclosure className="settings-inner" summary={label} opensWhen={value !== undefined || hasTrouble}>
      {inner}
    </Disclosure>
  )
}

/** What people call an item of a list: its name, where it has one. */
const nameOf = (item: unknown): string | null => {
  const name = valueAt(item, ['name'])
  return typeof name === 'string' && name !== '' ? name : null
}

const List = ({
  field,
  path,
  item,
  maxItems,
}: AtPath & { readonly item: Shape; readonly maxItems: number | null }) => {
  const texts = useTexts().upkeep.settings
  const { label, hint, error, value, isFixed, set } = useField(path, field)
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  return (
    <fieldset className={path.length === 1 ? 'panel settings-group' : 'settings-inner'} disabled={isFixed}>
      <legend>{label}</legend>
      {hint !== '' && <p className="field-hint">{hint}</p>}
      {error !== undefined && <p className="field-error">{error}</p>}
      {items.map((one, index) => (
        <Item key={index} item={item} path={[...path, index]} name={nameOf(one) ?? texts.item(index + 1)} />
      ))}
      <div className="actions">
        <Button
          disabled={maxItems !== null && items.length >= maxItems}
          aria-label={`${texts.add}: ${label}`}
          onClick={() => set([...items, item.kind === 'group' ? {} : ''])}
        >
          {texts.add}
        </Button>
      </div>
    </fieldset>
  )
}

interface ItemProps {
  readonly item: Shape
  readonly path: SettingPath
  readonly name: string
}

/** Open while it is new or has something wrong; a long list stays short otherwise. */
const Item = ({ item, path, name }: ItemProps) => {
  const texts = useTexts().upkeep.settings
  const form = useForm()
  const isNew = Object.keys(valueAt(form.values, path) ?? {}).length === 0
  const hasTrouble = useTroubleUnder(path)
  return (
    <Disclosure className="settings-item" summary={name} opensWhen={isNew || hasTrouble}>
      <fieldset className="form" aria-label={name}>
        {item.kind === 'group' ? (
          <GroupFields fields={item.fields} path={path} />
        ) : (
          <SettingField field={itemField(item)} path={path} />
        )}
        <div className="actions">
          <Button
            look="danger"
            onClick={() => form.change(path, undefined)}
            aria-label={texts.removeItem(name)}
          >
            {texts.remove}
          </Button>
        </div>
      </fieldset>
    </Disclosure>
  )
}

const itemField = (shape: Shape): Field => ({
  key: '',
  shape,
  isRequired: true,
  description: '',
  fallback: null,
})
