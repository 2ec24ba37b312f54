import { lanesOf } from '../../live/lanes.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { useKept } from '../../live/use-kept.ts'
import { linkTo } from '../../live/use-route.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { chosenLane } from '../cards/choice.ts'
import { useOrders, type CardPurpose, type CardTarget } from '../cards/use-orders.ts'

/** Another card for an access method that has one: the old one is lost, or the guest wants a second key. */
export const FurtherCard = ({ target }: { readonly target: CardTarget }) => {
  const { cards } = useTexts()
  const lanes = lanesOf(useDeskState())
  const [preferred] = useKept('encoder', '')
  const encoder = chosenLane(lanes, preferred)?.encoder ?? null
  const { make, isBusy, error } = useOrders(encoder, 1)
  if (encoder === null) return null
  // A card that the desk writes itself is the only one of its access method.
  const purposes: readonly CardPurpose[] =
    encoder.keys?.purposes.includes('additional') === true ? ['additional', 'replacement'] : ['replacement']
  return (
    <>
      <div className="purposes">
        {purposes.map((purpose) => (
          <Button
            key={purpose}
            disabled={isBusy}
            onClick={() =>
              void make(target, purpose).then((isOrdered) => {
                if (isOrdered) window.location.hash = linkTo('cards')
              })
            }
          >
            <strong>{cards[purpose].name}</strong>
            <small>{cards[purpose].effect}</small>
          </Button>
        ))}
      </div>
      {error !== null && <FaultNotice fault={error} />}
    </>
  )
}
