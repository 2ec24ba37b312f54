import { useState } from 'react'
import { Role } from '../../../control/schema/people.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { ClerkFields, isComplete, type ClerkDraft } from './clerk-fields.tsx'

interface NewClerkProps {
  /** The first one must be an installer: nobody could name the others. */
  readonly isFirst: boolean
  readonly onClose: () => void
}

export const NewClerk = ({ isFirst, onClose }: NewClerkProps) => {
  const { common, upkeep } = useTexts()
  const texts = upkeep.clerks
  const { isBusy, error, run } = useCall()
  const [draft, setDraft] = useState<ClerkDraft>({
    name: '',
    role: isFirst ? 'installer' : 'operator',
    pin: '',
  })
  // Of the first one the PIN too: the page asks for it at once.
  const isReady = isComplete(draft) && (!isFirst || draft.pin !== '')
  const save = async (): Promise<void> => {
    const { name, role, pin } = draft
    const clerk = await run((client) =>
      client.addClerk({ name: name.trim(), role, ...(pin !== '' && { pin }) }),
    )
    if (clerk !== null) onClose()
  }
  return (
    <Dialog title={texts.add} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {isFirst && <p>{texts.none}</p>}
        <ClerkFields
          draft={draft}
          onChange={setDraft}
          roles={isFirst ? ['installer'] : Role.options}
          pinLabel={texts.pin}
          pinHint={isFirst ? texts.pinHelp : texts.pinOptional}
        />
        {error !== null && <FaultNotice fault={error} />}
        <div className="actions">
          <Button type="submit" look="primary" isBusy={isBusy} disabled={!isReady}>
            {texts.save}
          </Button>
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}
