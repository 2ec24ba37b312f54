import type { SessionSummary } from '../../../control/schema.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { Progress } from '../../parts/progress.tsx'
import { useSpeech, useTexts } from '../../texts/texts.tsx'
import { EndingCard } from './ending-card.tsx'

interface SessionCardProps {
  readonly session: SessionSummary
  /** What it is for; empty where this page has not ordered it. */
  readonly title: string
  readonly encoder: string
}

/** What goes on at an encoder: what to do now, how far it is, or how it ended. */
export const SessionCard = ({ session, title, encoder }: SessionCardProps) => {
  const { lanes } = useTexts()
  const name = title === '' ? lanes.card : title
  return session.ending === null ? (
    <Running session={session} name={name} encoder={encoder} />
  ) : (
    <EndingCard key={session.order_id} session={session} name={name} />
  )
}

interface RunningProps {
  readonly session: SessionSummary
  readonly name: string
  readonly encoder: string
}

const Running = ({ session, name, encoder }: RunningProps) => {
  const { lanes } = useTexts()
  const { run, isBusy, error } = useCall()
  const order = { order_id: session.order_id }
  const isAsked = session.state === 'awaiting_confirmation'
  return (
    <div className="session" data-state={session.state}>
      <p className="lane-title">{name}</p>
      <Prompt session={session} encoder={encoder} />
      {isAsked ? (
        <Button
          look="primary"
          size="big"
          isBusy={isBusy}
          onClick={() => void run((client) => client.confirm({ ...order, revision: session.revision }))}
        >
          {lanes.confirm}
        </Button>
      ) : (
        <Progress label={lanes.progress} done={session.progress?.done} total={session.progress?.total} />
      )}
      {session.is_cancellable ? (
        <Button look="danger" isBusy={isBusy} onClick={() => void run((client) => client.cancel(order))}>
          {lanes.stop}
        </Button>
      ) : (
        <p className="quiet">{lanes.noStop}</p>
      )}
      {error !== null && <FaultNotice fault={error} />}
    </div>
  )
}

/** What the clerk does now; read out at once. The daemon's own words are English, and say more. */
const Prompt = ({ session, encoder }: { readonly session: SessionSummary; readonly encoder: string }) => {
  const { texts, language } = useSpeech()
  return (
    <div className="prompt" aria-live="assertive">
      {language === 'en' ? (
        <p>{session.prompt}</p>
      ) : (
        <>
          <p>{texts.prompts[session.state](encoder)}</p>
          <p className="prompt-original" lang="en">
            {session.prompt}
          </p>
        </>
      )}
    </div>
  )
}
