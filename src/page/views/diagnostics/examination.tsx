import type { DoctorCheck } from '../../../control/schema.ts'
import { askDoctor } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice, type Tone } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Progress } from '../../parts/progress.tsx'
import { useTexts } from '../../texts/texts.tsx'

const tones: Readonly<Record<DoctorCheck['status'], Tone | 'quiet'>> = {
  ok: 'good',
  warning: 'warning',
  failed: 'bad',
  skipped: 'quiet',
}

const isTrouble = ({ status }: DoctorCheck): boolean => status === 'failed' || status === 'warning'

/** What the daemon finds on its computer, trouble first. */
export const Examination = () => {
  const texts = useTexts().upkeep.diagnostics.examine
  const { answer, error, isBusy, ask } = useAnswer(askDoctor)
  const checks = answer?.checks ?? []
  const trouble = checks.filter(isTrouble).toSorted((left) => (left.status === 'failed' ? -1 : 1))
  const rest = checks.filter((check) => !isTrouble(check))
  return (
    <section className="panel" aria-labelledby="examination" aria-busy={isBusy}>
      <header className="view-head">
        <h2 id="examination">{texts.title}</h2>
        <Button icon="refresh" isBusy={isBusy} onClick={ask}>
          {texts.again}
        </Button>
      </header>
      {error !== null && <FaultNotice fault={error} />}
      {isBusy && answer === null && <Progress label={texts.title} />}
      {answer !== null && trouble.length === 0 && <Notice tone="good" title={texts.allWell} />}
      <Checks checks={trouble} />
      {rest.length > 0 && (
        <details>
          <summary>{texts.rest(rest.length)}</summary>
          <Checks checks={rest} />
        </details>
      )}
    </section>
  )
}

/** The daemon tells what it finds in English. */
const Checks = ({ checks }: { readonly checks: readonly DoctorCheck[] }) => {
  const { common, upkeep } = useTexts()
  return (
    <ul className="checks">
      {checks.map(({ name, status, message, next_step: nextStep }) => (
        <li key={name} className="check">
          <Pill tone={tones[status]}>{upkeep.diagnostics.examine.states[status]}</Pill>
          <div lang="en">
            <p>
              <strong>{name}</strong>: {message}
            </p>
            {nextStep !== undefined && (
              <p>
                <span className="quiet">{common.nextStep}:</span> <code>{nextStep}</code>
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
