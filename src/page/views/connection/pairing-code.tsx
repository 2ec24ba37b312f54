import { useEffect, useState } from 'react'
import type { PairingResponse } from '../../../control/schema.ts'
import { useDesk } from '../../live/use-desk.tsx'
import { useNow } from '../../live/use-now.ts'
import { Button } from '../../parts/button.tsx'
import { Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { showLeft } from './countdown.ts'

const ASK_EVERY_MS = 2_000

interface PairingCodeProps {
  readonly pending: Extract<PairingResponse, { state: 'pending' }>
  readonly onChange: (pairing: PairingResponse) => void
  readonly onAnew: () => void
}

/** A code that waits to be claimed, with the time that it has left; it asks the daemon whether it was. */
export const PairingCode = ({ pending, onChange, onAnew }: PairingCodeProps) => {
  const texts = useTexts().upkeep.connection.pair
  const { client } = useDesk()
  // Counted from what was left when it was asked: the clock of the hub may be another.
  const [endsAtMs] = useState(() => Date.now() + pending.remaining_ms)
  const leftMs = endsAtMs - useNow()
  useEffect(() => {
    const ask = async (): Promise<void> => {
      try {
        const pairing = await client.pairing()
        if (pairing.state !== 'pending') onChange(pairing)
      } catch {
        // The page says by itself that the daemon does not answer.
      }
    }
    const timer = setInterval(() => void ask(), ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [client, onChange])
  return (
    <div className="pairing-code">
      <p>{texts.code}</p>
      <p>
        <output className="figures code">{pending.pairing_code}</output>
      </p>
      {leftMs > 0 ? (
        <p role="timer">{texts.left(showLeft(leftMs))}</p>
      ) : (
        <Notice tone="warning" title={texts.over}>
          <Button onClick={onAnew}>{texts.newCode}</Button>
        </Notice>
      )}
      <p>{texts.claim(pending.pairing_code)}</p>
    </div>
  )
}
