import { Role } from '../../../control/schema/people.ts'
import { Field } from '../../parts/field.tsx'
import { Select } from '../../parts/select.tsx'
import { useTexts } from '../../texts/texts.tsx'

export interface ClerkDraft {
  readonly name: string
  readonly role: Role
  readonly pin: string
}

const isRight = (pin: string): boolean => pin === '' || /^\d{4,12}$/.test(pin)

/** Whether a draft may be saved. */
export const isComplete = ({ name, pin }: ClerkDraft): boolean => name.trim() !== '' && isRight(pin)

interface ClerkFieldsProps {
  readonly draft: ClerkDraft
  readonly onChange: (draft: ClerkDraft) => void
  /** The roles that can be given. */
  readonly roles: readonly Role[]
  readonly pinLabel: string
  readonly pinHint: string
}

export const ClerkFields = ({ draft, onChange, roles, pinLabel, pinHint }: ClerkFieldsProps) => {
  const texts = useTexts().upkeep.clerks
  return (
    <>
      <Field
        label={texts.name}
        required
        maxLength={60}
        autoComplete="off"
        value={draft.name}
        onChange={({ target }) => onChange({ ...draft, name: target.value })}
      />
      <Select
        label={texts.role}
        value={draft.role}
        options={roles.map((role) => [role, texts.roles[role]])}
        onChoose={(role) => onChange({ ...draft, role: Role.parse(role) })}
      />
      <Field
        label={pinLabel}
        hint={pinHint}
        error={isRight(draft.pin) ? undefined : texts.pinWrong}
        type="password"
        inputMode="numeric"
        autoComplete="new-password"
        maxLength={12}
        value={draft.pin}
        onChange={({ target }) => onChange({ ...draft, pin: target.value })}
      />
    </>
  )
}
