import { useState } from 'react'
import { showInstant } from '../../live/time.ts'
import { linkTo } from '../../live/use-route.ts'
import { Button } from '../../parts/button.tsx'
import { Pill } from '../../parts/pill.tsx'
import { useSpeech } from '../../texts/texts.tsx'
import { ChangeStay } from '../stay/change-stay.tsx'
import { titleOf, type WorkItem } from './matching.ts'
import type { CardPurpose } from './use-orders.ts'

interface WorkRowProps {
  readonly item: WorkItem
  /** What Enter makes. */
  readonly isActive: boolean
  readonly mayMake: boolean
  readonly isBusy: boolean
  readonly onMake: (purpose: CardPurpose, title: string) => void
}

const purposesOf = ({ action }: WorkItem): readonly CardPurpose[] =>
  action === 'assign' ? ['assign'] : ['new', 'additional', 'replacement']

/** One card that waits: where it opens, from when, and the ways to make it. */
export const WorkRow = ({ item, isActive, mayMake, isBusy, onMake }: WorkRowProps) => {
  const { texts, language } = useSpeech()
  const doors = item.doors.map((door) => door.display_name)
  const title = titleOf(doors, texts)
  const [isChanging, setChanging] = useState(false)
  const at = (instant: string): string => showInstant(instant, item.time_zone, language)
  return (
    <li className="work-item" data-active={isActive || undefined}>
      <div className="work-what">
        <h2>
          {title} {item.is_reissue && <Pill tone="warning">{texts.cards.reissue}</Pill>}
        </h2>
        <p>
          {`${at(item.starts_at)} ${texts.cards.until} ${
            item.ends_at === null ? texts.cards.noEnd : at(item.ends_at)
          }`}
        </p>
        {item.doors.length > 1 && <p className="quiet">{doors.join(', ')}</p>}
        <p className="quiet work-more">
          {item.reservation_key !== null && (
            <span>
              {texts.cards.reservation} <span className="figures">{item.reservation_key}</span>
            </span>
          )}
          {mayMake && (
            <>
              <button type="button" className="link" onClick={() => setChanging(true)}>
                {texts.cards.stay}
                <span className="unseen"> {title}</span>
              </button>
              <a href={linkTo('deliver', item.access_grant_id)}>
                {texts.cards.deliver}
                <span className="unseen"> {title}</span>
              </a>
            </>
          )}
        </p>
      </div>
      {mayMake && (
        <div className="purposes">
          {purposesOf(item).map((purpose, index) => (
            <Button
              key={purpose}
              look={index === 0 ? 'primary' : 'plain'}
              size="big"
              disabled={isBusy}
              onClick={() => onMake(purpose, title)}
            >
              <strong>{texts.cards[purpose].name}</strong>
              <small>{texts.cards[purpose].effect}</small>
              <span className="unseen"> {title}</span>
            </Button>
          ))}
        </div>
      )}
      {isChanging && (
        <ChangeStay
          stay={{
            accessGrantId: item.access_grant_id,
            title,
            doors,
            endsAt: item.ends_at,
            timeZone: item.time_zone,
          }}
          onClose={() => setChanging(false)}
        />
      )}
    </li>
  )
}
