import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { useTexts } from '../../texts/texts.tsx'
import type { NewKeyQuestion } from './use-orders.ts'

export const ConfirmNewKey = ({ title, onYes, onNo }: NewKeyQuestion) => {
  const texts = useTexts()
  return (
    <Dialog title={texts.cards.confirmTitle} onClose={onNo}>
      <p className="lane-title">{title}</p>
      <p>{texts.errors.order_unconfirmed.nextStep}</p>
      <div className="actions">
        <Button look="primary" onClick={onYes}>
          {texts.cards.confirmGo}
        </Button>
        <Button onClick={onNo}>{texts.common.cancel}</Button>
      </div>
    </Dialog>
  )
}
