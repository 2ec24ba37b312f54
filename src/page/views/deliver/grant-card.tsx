import { showInstant } from '../../live/time.ts'
import { useSpeech } from '../../texts/texts.tsx'
import { useState } from 'react'
import { Button } from '../../parts/button.tsx'
import { titleOf } from '../cards/matching.ts'
import { ChangeStay } from '../stay/change-stay.tsx'
import type { Grant } from './find-grants.ts'
import { MethodCard } from './method-card.tsx'

/** One grant with each of its ways in. */
export const GrantCard = ({ grant }: { readonly grant: Grant }) => {
  const { texts, language } = useSpeech()
  const at = (instant: string): string => showInstant(instant, grant.time_zone, language)
  const title = titleOf(grant.doors, texts)
  const [isChanging, setChanging] = useState(false)
  return (
    <article className="panel grant" aria-label={title}>
      <header className="grant-head">
        <div>
          <h2>{title}</h2>
          <p>
            {`${at(grant.starts_at)} ${texts.cards.until} ${
              grant.ends_at === null ? texts.cards.noEnd : at(grant.ends_at)
            }`}
          </p>
          {grant.reservation_key !== null && (
            <p className="quiet">
              {texts.cards.reservation} <span className="figures">{grant.reservation_key}</span>
            </p>
          )}
        </div>
        <Button onClick={() => setChanging(true)}>{texts.cards.stay}</Button>
      </header>
      <ul className="methods">
        {grant.access_methods.map((method) => (
          <li key={method.access_method_id}>
            <MethodCard method={method} title={title} />
          </li>
        ))}
      </ul>
      {isChanging && (
        <ChangeStay
          stay={{
            accessGrantId: grant.access_grant_id,
            title,
            doors: grant.doors,
            endsAt: grant.ends_at,
            timeZone: grant.time_zone,
          }}
          onClose={() => setChanging(false)}
        />
      )}
    </article>
  )
}
