import { useState } from 'react'
import { useCall } from '../../live/use-call.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { useKept } from '../../live/use-kept.ts'
import { useEnding } from '../../live/use-ending.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { SessionCard } from '../cards/session-card.tsx'
import { ScannedCard } from './scanned-card.tsx'

/** Reads a card, and shows what is on it beside what Seam has. */
export const ReadCard = () => {
  const texts = useTexts()
  const { status, sessions } = useDeskState()
  const { run, isBusy, error } = useCall()
  const [preferred, prefer] = useKept('reader', '')
  const [orderId, setOrderId] = useState<string | null>(null)
  const session = orderId === null ? undefined : sessions.get(orderId)
  const ending = useEnding(session)
  const readers = (status?.encoders ?? []).filter(({ keys }) => keys === null || keys.reads)
  const chosen =
    readers.find(({ encoder_id: id }) => id === preferred) ??
    readers.find(({ state }) => state === 'ready') ??
    readers[0]
  const isRunning = session !== undefined && session.ending === null
  const read = async (): Promise<void> => {
    if (chosen === undefined) return
    setOrderId(null)
    const ordered = await run((client) => client.scan({ encoder: chosen.encoder_id }))
    setOrderId(ordered?.order_id ?? null)
  }
  return (
    <>
      <h1>{texts.views.read}</h1>
      <p className="intro">{texts.read.intro}</p>
      {readers.length === 0 && <Notice tone="info" title={texts.read.noEncoder} />}
      {chosen !== undefined && (
        <section className="panel read-panel">
          {readers.length > 1 && (
            <label className="field">
              <span>{texts.read.with}</span>
              <select value={chosen.encoder_id} onChange={({ target }) => prefer(target.value)}>
                {readers.map(({ encoder_id: id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          {!isRunning && (
            <Button look="primary" size="big" icon="read" isBusy={isBusy} onClick={() => void read()}>
              {session === undefined ? texts.read.go : texts.read.again}
            </Button>
          )}
          {error !== null && <FaultNotice fault={error} />}
          {isRunning && (
            <SessionCard
              session={session}
              title={texts.views.read}
              encoder={session.encoder_name ?? chosen.name}
            />
          )}
          {ending !== null &&
            (ending.kind === 'scanned' ? <ScannedCard scan={ending} /> : <Unread ending={ending} />)}
        </section>
      )}
    </>
  )
}

const Unread = ({ ending }: { readonly ending: NonNullable<ReturnType<typeof useEnding>> }) =>
  'error' in ending ? <FaultNotice fault={ending.error} tone="warning" /> : null
