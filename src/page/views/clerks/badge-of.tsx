import { useState } from 'react'
import type { ClerkBody } from '../../../control/schema/people.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'

/** Learns the badge of somebody from the next card that is tapped, or forgets it. */
export const BadgeOf = ({ clerk }: { readonly clerk: ClerkBody }) => {
  const texts = useTexts().upkeep.clerks
  const learning = useCall()
  const taking = useCall()
  const [known, setKnown] = useState(clerk)
  const [isLearned, setLearned] = useState(false)
  const id = { clerk_id: clerk.clerk_id }
  const learn = async (): Promise<void> => {
    setLearned(false)
    const changed = await learning.run((client) => client.learnBadge(id))
    if (changed === null) return
    setKnown(changed)
    setLearned(true)
  }
  const take = async (): Promise<void> => {
    setLearned(false)
    const changed = await taking.run((client) => client.changeClerk({ ...id, badge: null }))
    if (changed !== null) setKnown(changed)
  }
  const error = learning.error ?? taking.error
  return (
    <section className="form" aria-label={texts.hasBadge}>
      {learning.isBusy && <Notice tone="info" title={texts.badge.tap(clerk.name)} />}
      {isLearned && <Notice tone="good" title={texts.badge.learned(clerk.name)} />}
      {error !== null && <FaultNotice fault={error} tone="warning" />}
      <div className="actions">
        <Button icon="card" isBusy={learning.isBusy} onClick={() => void learn()}>
          {texts.badge.learn}
        </Button>
        {known.has_badge && (
          <Button isBusy={taking.isBusy} onClick={() => void take()}>
            {texts.badge.take}
          </Button>
        )}
      </div>
    </section>
  )
}
