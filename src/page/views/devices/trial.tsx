import type { EndingBody, SessionSummary } from '../../../control/schema.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { useEnding } from '../../live/use-ending.ts'
import { Facts } from '../../parts/facts.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { Progress } from '../../parts/progress.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { SessionCard } from '../cards/session-card.tsx'

interface TrialProps {
  readonly orderId: string
  readonly name: string
  readonly encoder: string
}

/** A test order under way, and what it has proven. */
export const Trial = ({ orderId, name, encoder }: TrialProps) => {
  const { common } = useTexts()
  const { sessions } = useDeskState()
  const session = sessions.get(orderId)
  if (session === undefined) return <Progress label={common.busy} />
  return session.ending === null ? (
    <SessionCard session={session} title={name} encoder={encoder} />
  ) : (
    <Outcome session={session} />
  )
}

const Outcome = ({ session }: { readonly session: SessionSummary }) => {
  const { common } = useTexts()
  const ending = useEnding(session)
  return ending === null ? <Progress label={common.busy} /> : <Verdict ending={ending} />
}

const Verdict = ({ ending }: { readonly ending: EndingBody }) => {
  const { test } = useTexts().upkeep.devices
  switch (ending.kind) {
    case 'encoded':
      return <Notice tone="good" title={test.passed} />
    case 'carried_out':
    case 'assigned':
      return <Notice tone="good" title={test.read} />
    case 'scanned':
      return (
        <Notice tone="good" title={test.read}>
          <Facts
            facts={[
              [test.uid, ending.card_uid],
              [test.number, ending.card_number],
              [test.technology, ending.technology],
            ]}
          />
        </Notice>
      )
    case 'untouched':
      return <FaultNotice fault={ending.error} tone="warning" />
    case 'spoiled':
    case 'unknown':
      return (
        <>
          <Notice tone="bad" title={test.spoiled} />
          <FaultNotice fault={ending.error} />
        </>
      )
  }
}
