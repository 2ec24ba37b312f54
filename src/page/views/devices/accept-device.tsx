import { useState } from 'react'
import type { EncoderBody } from '../../../control/schema.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'

/** Uses what is connected in the place of an encoder as that encoder, once somebody says so. */
export const AcceptDevice = ({ encoder }: { readonly encoder: EncoderBody }) => {
  const { common, upkeep } = useTexts()
  const texts = upkeep.devices.accept
  const { isBusy, error, run } = useCall()
  const [isAsking, setAsking] = useState(false)
  const accept = async (): Promise<void> => {
    const answer = await run((client) => client.accept({ encoder: encoder.encoder_id }))
    if (answer !== null) setAsking(false)
  }
  return (
    <>
      <div className="actions">
        <Button look="primary" onClick={() => setAsking(true)}>
          {texts.action}
        </Button>
      </div>
      {isAsking && (
        <Dialog title={texts.title} onClose={() => setAsking(false)}>
          <p>{texts.ask(encoder.name)}</p>
          {error !== null && <FaultNotice fault={error} />}
          <div className="actions">
            <Button look="primary" isBusy={isBusy} onClick={() => void accept()}>
              {texts.action}
            </Button>
            <Button onClick={() => setAsking(false)}>{common.cancel}</Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
