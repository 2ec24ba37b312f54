import { useEffect } from 'react'
import type { SettingsResponse } from '../../../control/schema/upkeep.ts'
import { askSettings } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { useRestart } from '../../live/use-restart.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { RestartNotice } from './restart-notice.tsx'
import { SettingsForm } from './settings-form.tsx'

/** The configuration file as a form, and the restart that puts it into use. */
export const Settings = () => {
  const texts = useTexts().upkeep.settings
  const { answer, error, ask, set } = useAnswer(askSettings)
  return (
    <>
      <h1>{texts.title}</h1>
      {error !== null && <FaultNotice fault={error} />}
      {answer !== null && (
        <>
          <p className="quiet">{texts.explain(answer.file)}</p>
          <RestartPanel settings={answer} onBack={ask} />
          <SettingsForm settings={answer} onSaved={set} />
        </>
      )}
    </>
  )
}

interface RestartPanelProps {
  readonly settings: SettingsResponse
  readonly onBack: () => void
}

const RestartPanel = ({ settings, onBack }: RestartPanelProps) => {
  const texts = useTexts().upkeep.settings
  const restart = useRestart()
  const { restart_needed: needed, restart_error: wentBack } = settings
  useEffect(() => {
    if (restart.state === 'back') onBack()
  }, [restart.state, onBack])
  const isUnderWay = restart.state === 'under_way' || restart.state === 'late'
  return (
    <section className="panel" aria-label={texts.restartAlone}>
      {needed.length > 0 && !isUnderWay && (
        <Notice tone="warning" title={texts.restartNeeded(needed.length)}>
          <p>{needed.join(', ')}</p>
        </Notice>
      )}
      {wentBack !== null && restart.state === 'idle' && (
        <>
          <Notice tone="bad" title={texts.wentBack} />
          <FaultNotice fault={wentBack} />
        </>
      )}
      <RestartNotice restart={restart} />
      {!isUnderWay && (
        <div className="actions">
          <Button
            look={needed.length > 0 ? 'primary' : 'plain'}
            icon="refresh"
            onClick={() => void restart.start()}
          >
            {needed.length > 0 ? texts.restart : texts.restartAlone}
          </Button>
        </div>
      )}
    </section>
  )
}
