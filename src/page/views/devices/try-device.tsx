import { useState } from 'react'
import type { EncoderBody } from '../../../control/schema.ts'
import { useCall } from '../../live/use-call.ts'
import { useDesk } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { trialOf } from './trial-of.ts'
import { Trial } from './trial.tsx'

/** Tries a device with a card, and tells how it went to its end. */
export const TryDevice = ({
  encoder,
  isFirst = false,
}: {
  readonly encoder: EncoderBody
  /** It is what should be done now. */
  readonly isFirst?: boolean
}) => {
  const { test } = useTexts().upkeep.devices
  const { noteOrder } = useDesk()
  const { isBusy, error, run } = useCall()
  const [orderId, setOrderId] = useState<string | null>(null)
  const trial = trialOf(encoder)
  if (trial === null) return null
  const label = trial === 'card' ? test.card : test.scan
  const start = async (): Promise<void> => {
    const chosen = { encoder: encoder.encoder_id }
    const ordered = await run((client) => (trial === 'card' ? client.testCard(chosen) : client.scan(chosen)))
    if (ordered === null) return
    // Its ending is told here: as a card to hand out it would be wrong.
    noteOrder(ordered.order_id, { title: label, isSeen: true })
    setOrderId(ordered.order_id)
  }
  return (
    <div className="try">
      {trial === 'card' && !isFirst && encoder.state === 'ready' && (
        <p className="quiet try-explain">{test.explain}</p>
      )}
      <Button
        icon={trial === 'card' ? 'card' : 'read'}
        look={isFirst ? 'primary' : 'plain'}
        isBusy={isBusy}
        disabled={encoder.state !== 'ready'}
        onClick={() => void start()}
      >
        {label}
      </Button>
      {error !== null && <FaultNotice fault={error} />}
      {orderId !== null && <Trial orderId={orderId} name={label} encoder={encoder.name} />}
    </div>
  )
}
