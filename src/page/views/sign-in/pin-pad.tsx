import { useEffect, useRef, useState } from 'react'
import type { ClerkBody, MeResponse } from '../../../control/schema/people.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const
const LONGEST_PIN = 12
const SHORTEST_PIN = 4

interface PinPadProps {
  readonly clerk: ClerkBody
  readonly onUnlock: (me: MeResponse) => void
  readonly onBack: () => void
}

/** Digits by touch or by keyboard; Enter unlocks. */
export const PinPad = ({ clerk, onUnlock, onBack }: PinPadProps) => {
  const { locked } = useTexts()
  const { run, isBusy, error } = useCall()
  const [pin, setPin] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const add = (digit: string): void => setPin((typed) => (typed + digit).slice(0, LONGEST_PIN))
  const unlock = (): void => {
    if (pin.length < SHORTEST_PIN || isBusy) return
    setPin('')
    input.current?.focus()
    void run((client) => client.switchClerk({ by: 'pin', clerk_id: clerk.clerk_id, pin })).then(
      (me) => me !== null && onUnlock(me),
    )
  }
  return (
    <form
      className="pin"
      onSubmit={(event) => {
        event.preventDefault()
        unlock()
      }}
    >
      <label className="pin-label">
        {locked.pinOf(clerk.name)}
        <input
          ref={input}
          className="pin-input"
          type="password"
          inputMode="numeric"
          autoComplete="off"
          value={pin}
          onChange={({ target }) => setPin(target.value.replaceAll(/\D/g, '').slice(0, LONGEST_PIN))}
        />
      </label>
      <p className="unseen" aria-live="polite">
        {locked.typed(pin.length)}
      </p>
      {error !== null && <FaultNotice fault={error} />}
      <div className="pin-keys">
        {DIGITS.map((digit) => (
          <Button key={digit} size="big" onClick={() => add(digit)}>
            {digit}
          </Button>
        ))}
        <Button
          look="quiet"
          size="big"
          aria-label={locked.erase}
          onClick={() => setPin((typed) => typed.slice(0, -1))}
        >
          ⌫
        </Button>
        <Button size="big" onClick={() => add('0')}>
          0
        </Button>
        <Button
          look="primary"
          size="big"
          icon="done"
          type="submit"
          aria-label={locked.enter}
          isBusy={isBusy}
          disabled={pin.length < SHORTEST_PIN}
        />
      </div>
      <Button look="quiet" onClick={onBack}>
        {locked.another}
      </Button>
    </form>
  )
}
