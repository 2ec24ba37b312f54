import { Button } from '../../parts/button.tsx'
import { useTexts } from '../../texts/texts.tsx'

/** As many as the control API takes in one order. */
const MOST_COPIES = 20

interface CopiesProps {
  readonly copies: number
  readonly onCopies: (copies: number) => void
}

/** How many keys a lock system makes of one order. */
export const Copies = ({ copies, onCopies }: CopiesProps) => {
  const { cards } = useTexts()
  return (
    <fieldset className="copies">
      <legend>{cards.copies}</legend>
      <Button aria-label={cards.fewer} disabled={copies <= 1} onClick={() => onCopies(copies - 1)}>
        −
      </Button>
      <output className="figures">{copies}</output>
      <Button aria-label={cards.more} disabled={copies >= MOST_COPIES} onClick={() => onCopies(copies + 1)}>
        +
      </Button>
    </fieldset>
  )
}
