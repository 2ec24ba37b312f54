import { useState } from 'react'
import { lanesOf } from '../../live/lanes.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { useKept } from '../../live/use-kept.ts'
import { Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { LaneCard } from './lane-card.tsx'
import { chosenLane } from './choice.ts'
import { SoundSwitch } from './sound.tsx'
import { WorkList } from './work-list.tsx'

/** Which cards wait, and every encoder with what goes on at it. */
export const Cards = () => {
  const texts = useTexts()
  const state = useDeskState()
  const lanes = lanesOf(state)
  const [preferred, prefer] = useKept('encoder', '')
  const [copies, setCopies] = useState(1)
  const chosen = chosenLane(lanes, preferred)
  return (
    <>
      <header className="view-head">
        <h1>{texts.views.cards}</h1>
        <SoundSwitch />
      </header>
      <section aria-label={texts.lanes.title} className="lanes">
        {lanes.map((lane) => (
          <LaneCard
            key={lane.encoder.encoder_id}
            lane={lane}
            isChosen={lane === chosen}
            isOnlyOne={lanes.length === 1}
            onChoose={() => prefer(lane.encoder.encoder_id)}
          />
        ))}
        {lanes.length === 0 && (
          <Notice tone="info" title={texts.lanes.none}>
            <p>{texts.lanes.noneNext}</p>
          </Notice>
        )}
      </section>
      <WorkList lane={chosen} copies={copies} onCopies={setCopies} />
    </>
  )
}
