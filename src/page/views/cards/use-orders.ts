import { useState } from 'react'
import type { BridgeError } from '../../../contract/errors.ts'
import type { EncoderBody } from '../../../control/schema.ts'
import { useCall } from '../../live/use-call.ts'
import { useDesk } from '../../live/use-desk.tsx'
import { useTexts } from '../../texts/texts.tsx'
import type { WorkItem } from './matching.ts'

/** What somebody asks for by one click. */
export type CardPurpose = 'new' | 'additional' | 'replacement' | 'assign'

/** A question that stands between a click and its order. */
export interface NewKeyQuestion {
  readonly title: string
  readonly onYes: () => void
  readonly onNo: () => void
}

/** The name of what opens: the first door, and how many more. */
export const useTitleOf = (): ((item: WorkItem) => string) => {
  const { cards } = useTexts()
  return ({ doors }) => {
    const [first, ...more] = doors
    return first === undefined ? cards.noDoors : cards.doors(first.display_name, more.length)
  }
}

/** Orders cards at an encoder, and remembers what each order is for. */
export const useOrders = (encoder: EncoderBody | null, copies: number) => {
  const { noteOrder } = useDesk()
  const titleOf = useTitleOf()
  const { run, isBusy, error, forget } = useCall()
  const [asked, setAsked] = useState<WorkItem | null>(null)

  const make = async (item: WorkItem, purpose: CardPurpose, isConfirmed = false): Promise<void> => {
    if (encoder === null) return
    setAsked(null)
    const at = { access_method_id: item.access_method_id, encoder: encoder.encoder_id }
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
    if (ordered === null) setAsked(item)
    else noteOrder(ordered.order_id, { title: titleOf(item), isSeen: false })
  }

  const isQuestion = (thrown: BridgeError | null): boolean => thrown?.code === 'order_unconfirmed'
  const question: NewKeyQuestion | null =
    asked !== null && isQuestion(error)
      ? {
          title: titleOf(asked),
          onYes: () => void make(asked, 'new', true),
          onNo: forget,
        }
      : null
  return { make, isBusy, error: isQuestion(error) ? null : error, question }
}
