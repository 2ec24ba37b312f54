import { useEffect, useRef } from 'react'
import type { Lane } from '../../live/lanes.ts'
import type { Tone } from '../../parts/notice.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { SessionCard } from './session-card.tsx'

const stateTones: Readonly<Record<Lane['encoder']['state'], Tone | 'quiet'>> = {
  absent: 'warning',
  opening: 'quiet',
  ready: 'good',
  leased: 'info',
  failed: 'bad',
}

interface LaneCardProps {
  readonly lane: Lane
  readonly isChosen: boolean
  readonly isOnlyOne: boolean
  readonly onChoose: () => void
}

/** One encoder: whether it works, whether new cards go to it, and its session. */
export const LaneCard = ({ lane, isChosen, isOnlyOne, onChoose }: LaneCardProps) => {
  const { lanes } = useTexts()
  const { encoder, session, note, waiting } = lane
  const card = useRef<HTMLElement>(null)
  const orderId = session?.order_id
  useEffect(() => {
    if (orderId !== undefined) card.current?.scrollIntoView({ block: 'nearest' })
  }, [orderId])
  return (
    <article
      ref={card}
      className="panel lane"
      aria-label={encoder.name}
      data-chosen={(isChosen && !isOnlyOne) || undefined}
    >
      <header className="lane-head">
        {isOnlyOne ? (
          <h2>{encoder.name}</h2>
        ) : (
          <label className="lane-choice">
            <input type="radio" name="lane" checked={isChosen} onChange={onChoose} />
            <span className="lane-name">{encoder.name}</span>
          </label>
        )}
        <Pill tone={stateTones[encoder.state]}>{lanes.states[encoder.state]}</Pill>
        {waiting > 0 && <span className="quiet">{lanes.waiting(waiting)}</span>}
      </header>
      {encoder.error !== null && encoder.state !== 'leased' && (
        <FaultNotice fault={encoder.error} tone="warning" />
      )}
      {session !== null && <SessionCard session={session} title={note?.title ?? ''} encoder={encoder.name} />}
    </article>
  )
}
