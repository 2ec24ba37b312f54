import { useEffect, useState, type ReactNode } from 'react'
import { useCall } from '../live/use-call.ts'
import type { ControlClient } from '../../client/index.ts'
import { useTexts } from '../texts/texts.tsx'
import { Button } from './button.tsx'
import { FaultNotice } from './notice.tsx'

const SHOWN_FOR_MS = 60_000

interface SecretProps {
  readonly label: string
  /** Fetches it, on a click and never before. */
  readonly fetchSecret: (client: ControlClient) => Promise<string>
  /** Shows it; without it it is shown as text. */
  readonly children?: (value: string) => ReactNode
}

/** A credential that is fetched when somebody asks for it, and forgotten a minute later. */
export const Secret = ({ label, fetchSecret, children }: SecretProps) => {
  const texts = useTexts()
  const { isBusy, error, run } = useCall()
  const [value, setValue] = useState<string | null>(null)
  useEffect(() => {
    if (value === null) return undefined
    const timer = setTimeout(() => setValue(null), SHOWN_FOR_MS)
    return () => clearTimeout(timer)
  }, [value])
  return (
    <div className="secret">
      <div className="secret-line">
        <span className="secret-label">{label}</span>
        {value === null ? (
          <span className="secret-mask" aria-hidden="true">
            ••••••
          </span>
        ) : (
          children === undefined && <output className="secret-value">{value}</output>
        )}
        <Button
          isBusy={isBusy}
          onClick={() => {
            if (value === null) void run(fetchSecret).then(setValue)
            else setValue(null)
          }}
          aria-label={`${value === null ? texts.common.reveal : texts.common.hide}: ${label}`}
        >
          {value === null ? texts.common.reveal : texts.common.hide}
        </Button>
      </div>
      {value !== null && children?.(value)}
      {error !== null && <FaultNotice fault={error} />}
    </div>
  )
}
