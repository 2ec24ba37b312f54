import { useState } from 'react'
import type { ClerkBody } from '../../../control/schema/people.ts'
import { askClerks } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { ChangeClerk } from './change-clerk.tsx'
import { NewClerk } from './new-clerk.tsx'

/** Who is named at this desk, what each may do, and by what each signs in. */
export const Clerks = () => {
  const texts = useTexts().upkeep.clerks
  const { answer, error, ask } = useAnswer(askClerks)
  const [open, setOpen] = useState<'new' | ClerkBody | null>(null)
  const close = (): void => {
    setOpen(null)
    ask()
  }
  const clerks = answer?.clerks ?? []
  return (
    <>
      <header className="view-head">
        <h1>{texts.title}</h1>
        <Button look="primary" icon="person" onClick={() => setOpen('new')}>
          {texts.add}
        </Button>
      </header>
      <p className="quiet">{texts.explain}</p>
      {error !== null && <FaultNotice fault={error} />}
      {answer !== null && clerks.length === 0 && <p>{texts.none}</p>}
      <ul className="people">
        {clerks.map((clerk) => (
          <li key={clerk.clerk_id} className="panel person">
            <div>
              <h2>{clerk.name}</h2>
              <p className="quiet">{texts.roles[clerk.role]}</p>
            </div>
            <p className="person-signs">
              {clerk.has_pin && <Pill tone="quiet">{texts.hasPin}</Pill>}
              {clerk.has_badge && <Pill tone="quiet">{texts.hasBadge}</Pill>}
              {!clerk.has_pin && !clerk.has_badge && <Pill tone="warning">{texts.noSign}</Pill>}
            </p>
            <Button aria-label={texts.changeOf(clerk.name)} onClick={() => setOpen(clerk)}>
              {texts.change}
            </Button>
          </li>
        ))}
      </ul>
      {open === 'new' && <NewClerk isFirst={clerks.length === 0} onClose={close} />}
      {open !== null && open !== 'new' && <ChangeClerk clerk={open} onClose={close} />}
    </>
  )
}
