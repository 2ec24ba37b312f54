import { useState } from 'react'
import type { EncoderBody, IdentifyResponse } from '../../../control/schema.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'

const useIdentify = () => {
  const call = useCall()
  const [found, setFound] = useState<IdentifyResponse | null>(null)
  const identify = async (encoder?: string): Promise<void> => {
    setFound(null)
    setFound(await call.run((client) => client.identify(encoder === undefined ? {} : { encoder })))
  }
  return { isBusy: call.isBusy, error: call.error, found, identify }
}

const Found = ({ found }: { readonly found: IdentifyResponse }) => {
  const texts = useTexts().upkeep.devices.identify
  switch (found.kind) {
    case 'shown':
      return <Notice tone="good" title={texts.shown(found.encoder.name)} />
    case 'seen':
      return <Notice tone="good" title={texts.seen(found.encoder.name)} />
    case 'set_up':
      return <Notice tone="good" title={texts.setUp(found.encoder.name, found.path)} />
    case 'nothing':
      return <Notice tone="info" title={texts.nothing} />
  }
}

interface IdentifyProps {
  /** What is to be told from the others; without one, whichever is shown a card. */
  readonly encoder?: EncoderBody
  readonly label?: string
  readonly waiting?: string
}

/** Lets an encoder show itself, or tells which one is shown a card. */
export const IdentifyButton = ({ encoder, label, waiting }: IdentifyProps) => {
  const texts = useTexts().upkeep.devices.identify
  const { isBusy, error, found, identify } = useIdentify()
  return (
    <div className="identify">
      <Button icon="search" isBusy={isBusy} onClick={() => void identify(encoder?.encoder_id)}>
        {label ?? (encoder === undefined ? texts.any : texts.one)}
      </Button>
      {isBusy && (
        <Notice
          tone="info"
          title={waiting ?? (encoder === undefined ? texts.tap : texts.watch(encoder.name))}
        />
      )}
      {found !== null && <Found found={found} />}
      {error !== null && <FaultNotice fault={error} />}
    </div>
  )
}
