import { useEffect, useState } from 'react'
import type { ClerkBody } from '../../../control/schema/people.ts'
import { useCall } from '../../live/use-call.ts'
import { useDesk } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { PinPad } from './pin-pad.tsx'

/** Says who is at the page: a name and its PIN, or a badge. */
export const Locked = () => {
  const { locked } = useTexts()
  const { client, setMe } = useDesk()
  const { run, error } = useCall()
  const [clerks, setClerks] = useState<readonly ClerkBody[] | null>(null)
  const [chosen, setChosen] = useState<ClerkBody | null>(null)
  useEffect(() => {
    void run(() => client.clerks()).then((answer) => setClerks(answer?.clerks ?? null))
  }, [client, run])
  const withPin = (clerks ?? []).filter((clerk) => clerk.has_pin)
  return (
    <section className="panel lonely-panel">
      <h1>{locked.title}</h1>
      {error !== null && <FaultNotice fault={error} />}
      {chosen !== null ? (
        <PinPad clerk={chosen} onUnlock={setMe} onBack={() => setChosen(null)} />
      ) : (
        <>
          {withPin.length > 0 && <p className="quiet">{locked.choose}</p>}
          <ul className="people">
            {withPin.map((clerk) => (
              <li key={clerk.clerk_id}>
                <Button size="big" icon="person" onClick={() => setChosen(clerk)}>
                  {clerk.name}
                </Button>
              </li>
            ))}
          </ul>
          {clerks?.some((clerk) => clerk.has_badge) === true && <Badge />}
          {clerks?.every((clerk) => !clerk.has_pin && !clerk.has_badge) === true && (
            <Notice tone="info" title={locked.nobody} />
          )}
        </>
      )}
    </section>
  )
}

const Badge = () => {
  const { locked } = useTexts()
  const { setMe } = useDesk()
  const { run, isBusy, error } = useCall()
  return (
    <div className="badge">
      <Button
        look="primary"
        size="big"
        icon="card"
        isBusy={isBusy}
        onClick={() =>
          void run((client) => client.switchClerk({ by: 'badge' })).then((me) => me && setMe(me))
        }
      >
        {locked.badge}
      </Button>
      <p aria-live="polite">{isBusy ? locked.tapBadge : ''}</p>
      {error !== null && <FaultNotice fault={error} />}
    </div>
  )
}
