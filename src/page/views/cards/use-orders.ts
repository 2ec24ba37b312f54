import { useState } from 'react'
import type { BridgeError } from '../../../contract/errors.ts'
import type { EncoderBody } from '../../../control/schema.ts'
import { useCall } from '../../live/use-call.ts'
import { useDesk } from '../../live/use-desk.tsx'

/** What somebody asks for by one click. */
export type CardPurpose = 'new' | 'additional' | 'replacement' | 'assign'

/** A question that stands between a click and its order. */
export interface NewKeyQuestion {
  readonly title: string
  readonly onYes: () => void
  readonly onNo: () => void
}

/** What a card is ordered for. */
export interface CardTarget {
  readonly accessMethodId: string
  /** What people call it by. */
  readonly title: string
}

/** Orders cards at an encoder, and remembers what each order is for. */
export const useOrders = (encoder: EncoderBody | null, copies: number) => {
  const { noteOrder } = useDesk()
  const { run, isBusy, error, forget } = useCall()
  const [asked, setAsked] = useState<CardTarget | null>(null)

  const make = async (target: CardTarget, purpose: CardPurpose, isConfirmed = false): Promise<boolean> => {
    if (encoder === null) return false
    setAsked(null)
    const at = { access_method_id: target.accessMethodId, encoder: encoder.encoder_id }
    const ordered = await run((client) =>
      purpose === 'assign'
        ? client.assign(at)
        : client.encode({
            ...at,
            purpose,
            ...(encoder.keys !== null && { copies }),
            ...(isConfirmed && { is_confirmed: true }),
          }),
    )
    if (ordered === null) setAsked(target)
    else noteOrder(ordered.order_id, { title: target.title, isSeen: false })
    return ordered !== null
  }

  const isQuestion = (thrown: BridgeError | null): boolean => thrown?.code === 'order_unconfirmed'
  const question: NewKeyQuestion | null =
    asked !== null && isQuestion(error)
      ? {
          title: asked.title,
          onYes: () => void make(asked, 'new', true),
          onNo: forget,
        }
      : null
  return { make, isBusy, error: isQuestion(error) ? null : error, question }
}
