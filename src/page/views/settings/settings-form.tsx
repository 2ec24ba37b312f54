import { useMemo, useState } from 'react'
import { type BridgeError, isBridgeError } from '../../../contract/errors.ts'
import type { SettingsResponse } from '../../../control/schema/upkeep.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { complaintsAbout } from './complaints.ts'
import { FormContext, type FormState } from './form-state.ts'
import { GroupFields } from './group-fields.tsx'
import { readSettings, settingsIn } from './schema-shape.ts'
import { settingNamedIn, withValueAt } from './setting-path.ts'

interface SettingsFormProps {
  readonly settings: SettingsResponse
  readonly onSaved: (settings: SettingsResponse) => void
}

type Values = SettingsResponse['values']

/** What the daemon says about one setting is shown there too. */
const saidOf = (error: BridgeError | null, paths: readonly string[]): FormState['said'] => {
  if (error?.detail === undefined) return null
  const path = settingNamedIn(error.detail, paths)
  return path === null ? null : { path, sentence: error.detail }
}

/** The configuration, setting by setting, made from its schema. */
export const SettingsForm = ({ settings, onSaved }: SettingsFormProps) => {
  const texts = useTexts().upkeep.settings
  const { isBusy, error, run, forget } = useCall()
  const [draft, setDraft] = useState<Values | null>(null)
  const [outcome, setOutcome] = useState<'none' | 'stale' | 'saved'>('none')
  const [wrong, setWrong] = useState<FormState['wrong']>(new Map())
  const fields = useMemo(() => readSettings(settings.schema), [settings.schema])
  const values = draft ?? settings.values
  const said = useMemo(() => saidOf(error, settingsIn(fields, values)), [error, fields, values])

  const change: FormState['change'] = (path, value) => {
    setOutcome('none')
    forget()
    setDraft(withValueAt(values, path, value) as Values)
  }
  const showNewest = async (): Promise<void> => {
    const newest = await run((client) => client.settings())
    if (newest === null) return
    setDraft(null)
    setOutcome('stale')
    onSaved(newest)
  }
  const save = async (): Promise<void> => {
    const complaints = complaintsAbout(settings.schema, values)
    setWrong(complaints)
    if (complaints.size > 0) return
    let isOld = false
    const saved = await run(async (client) => {
      try {
        return await client.replaceSettings({ revision: settings.revision, values })
      } catch (failure) {
        isOld = isBridgeError(failure, 'settings_changed')
        if (isOld) return null
        throw failure
      }
    })
    if (isOld) await showNewest()
    if (saved === null) return
    setDraft(null)
    setOutcome('saved')
    onSaved(saved)
  }

  const form: FormState = {
    values,
    wrong,
    said,
    fromEnvironment: settings.from_environment,
    restartNeeded: settings.restart_needed,
    change,
  }
  return (
    <form
      className="form settings-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <FormContext value={form}>
        <GroupFields fields={fields} path={[]} />
      </FormContext>
      {outcome === 'stale' && <Notice tone="warning" title={texts.stale} />}
      {outcome === 'saved' && <Notice tone="good" title={texts.saved} />}
      {wrong.size > 0 && <Notice tone="bad" title={texts.wrong(wrong.size)} />}
      {error !== null && <FaultNotice fault={error} />}
      <div className="actions settings-save">
        <Button type="submit" look="primary" isBusy={isBusy} disabled={draft === null}>
          {texts.save}
        </Button>
        {draft !== null && (
          <>
            <Button
              onClick={() => {
                setDraft(null)
                setWrong(new Map())
                forget()
              }}
            >
              {texts.discard}
            </Button>
            <span className="quiet">{texts.unsaved}</span>
          </>
        )}
      </div>
    </form>
  )
}
