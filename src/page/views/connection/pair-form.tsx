import { useState } from 'react'
import type { PairingResponse } from '../../../control/schema.ts'
import type { Asked } from '../../live/use-answer.ts'
import { useCall } from '../../live/use-call.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { PairingCode } from './pairing-code.tsx'

/** Pairs by a code that somebody claims at the hub, or at once with an API key. */
export const PairForm = ({ pairing }: { readonly pairing: Asked<PairingResponse> }) => {
  const texts = useTexts().upkeep.connection.pair
  const { status } = useDeskState()
  const { isBusy, error, run } = useCall()
  const [endpoint, setEndpoint] = useState<string | null>(null)
  const [way, setWay] = useState<'code' | 'key'>('code')
  const [apiKey, setApiKey] = useState('')
  const { answer } = pairing
  const hub = endpoint ?? status?.link.hub_endpoint ?? ''
  const pair = async (): Promise<void> => {
    const paired = await run((client) =>
      client.pair({ hub_endpoint: hub.trim(), ...(way === 'key' && { api_key: apiKey.trim() }) }),
    )
    if (paired === null) return
    setApiKey('')
    pairing.set(paired)
  }
  return (
    <>
      {answer?.state === 'pending' && (
        <PairingCode
          key={answer.pairing_code}
          pending={answer}
          onChange={pairing.set}
          onAnew={() => void pair()}
        />
      )}
      {answer?.state === 'failed' && <FaultNotice fault={answer.error} />}
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          void pair()
        }}
      >
        <Field
          label={texts.endpoint}
          hint={texts.endpointHelp}
          type="url"
          required
          value={hub}
          onChange={({ target }) => setEndpoint(target.value)}
        />
        <fieldset className="choices">
          <legend>{texts.way}</legend>
          <label className="choice">
            <input type="radio" name="way" checked={way === 'code'} onChange={() => setWay('code')} />
            <span>{texts.byCode}</span>
          </label>
          <label className="choice">
            <input type="radio" name="way" checked={way === 'key'} onChange={() => setWay('key')} />
            <span>{texts.byKey}</span>
          </label>
        </fieldset>
        {way === 'key' && (
          <Field
            label={texts.key}
            hint={texts.keyHelp}
            type="password"
            autoComplete="off"
            required
            maxLength={500}
            value={apiKey}
            onChange={({ target }) => setApiKey(target.value)}
          />
        )}
        {error !== null && <FaultNotice fault={error} />}
        <div className="actions">
          <Button
            type="submit"
            look={answer?.state === 'pending' ? 'plain' : 'primary'}
            isBusy={isBusy}
            disabled={hub === '' || (way === 'key' && apiKey === '')}
          >
            {texts.start}
          </Button>
        </div>
      </form>
    </>
  )
}
