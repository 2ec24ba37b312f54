import { useTexts } from '../../texts/texts.tsx'
import type { Complaint } from './complaints.ts'
import { useForm } from './form-state.ts'
import type { Field } from './schema-shape.ts'
import { type SettingPath, showKind, showPath, valueAt } from './setting-path.ts'

/** One setting as a field shows it. */
export interface FieldView {
  readonly label: string
  readonly hint: string
  readonly error: string | undefined
  readonly value: unknown
  /** The environment decides: the file's value does not count. */
  readonly isFixed: boolean
  readonly isPending: boolean
  set(value: unknown): void
}

type SettingsTexts = ReturnType<typeof useTexts>['upkeep']['settings']

const sentenceOf = (complaint: Complaint, texts: SettingsTexts['complaints']): string => {
  switch (complaint.kind) {
    case 'at_least':
      return complaint.of === 'value' ? texts.atLeast(complaint.bound) : texts.atLeastLong(complaint.bound)
    case 'at_most':
      return complaint.of === 'value' ? texts.atMost(complaint.bound) : texts.atMostLong(complaint.bound)
    default:
      return texts[complaint.kind]
  }
}

/** A list or group of settings that one of the paths leads into counts as named by it. */
const isNamed = (paths: readonly string[], own: string): boolean =>
  paths.some((path) => path === own || own.startsWith(`${path}.`) || own.startsWith(`${path}[`))

/** Words, value and trouble of the setting at a path. A setting without words of ours bears the schema's own. */
export const useField = (
  path: SettingPath,
  field: Pick<Field, 'key' | 'description' | 'fallback'>,
): FieldView => {
  const { settings, settingNames } = useTexts().upkeep
  const form = useForm()
  const own = showPath(path)
  const words: Readonly<Record<string, { readonly label: string; readonly help?: string }>> = settingNames
  const { label, help = '' } = words[showKind(path)] ?? { label: field.key, help: field.description }
  const isFixed = isNamed(form.fromEnvironment, own)
  const isPending = form.restartNeeded.includes(own)
  const complaint = form.wrong.get(own)
  const said = form.said?.path === own ? form.said.sentence : undefined
  return {
    label,
    hint: [
      help,
      field.fallback === null ? '' : settings.fallback(field.fallback),
      isFixed ? settings.fromEnvironment : '',
      isPending ? `${settings.needsRestart}.` : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
    error: complaint === undefined ? said : sentenceOf(complaint, settings.complaints),
    value: valueAt(form.values, path),
    isFixed,
    isPending,
    set: (value) => form.change(path, value),
  }
}
