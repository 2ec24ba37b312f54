import { useState } from 'react'
import { Role, type ClerkBody } from '../../../control/schema/people.ts'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { BadgeOf } from './badge-of.tsx'
import { ClerkFields, isComplete, type ClerkDraft } from './clerk-fields.tsx'

interface ChangeClerkProps {
  readonly clerk: ClerkBody
  readonly onClose: () => void
}

/** Name, role, PIN and badge of somebody; or none of them any more. */
export const ChangeClerk = ({ clerk, onClose }: ChangeClerkProps) => {
  const { common, upkeep } = useTexts()
  const texts = upkeep.clerks
  const { isBusy, error, run } = useCall()
  const [draft, setDraft] = useState<ClerkDraft>({ name: clerk.name, role: clerk.role, pin: '' })
  const [isRemoving, setRemoving] = useState(false)
  const id = { clerk_id: clerk.clerk_id }
  const closeAfter = async (work: ReturnType<typeof run>): Promise<void> => {
    if ((await work) !== null) onClose()
  }
  const save = (): Promise<void> => {
    const { name, role, pin } = draft
    const change = { name: name.trim(), role, ...(pin !== '' && { pin }) }
    return closeAfter(run((client) => client.changeClerk({ ...id, ...change })))
  }
  if (isRemoving) {
    return (
      <Dialog title={texts.removeOf(clerk.name)} onClose={onClose}>
        <p>{texts.removeAsk(clerk.name)}</p>
        {error !== null && <FaultNotice fault={error} />}
        <div className="actions">
          <Button
            look="danger"
            isBusy={isBusy}
            onClick={() => void closeAfter(run((client) => client.removeClerk(id)))}
          >
            {texts.remove}
          </Button>
          <Button onClick={() => setRemoving(false)}>{common.cancel}</Button>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title={texts.changeOf(clerk.name)} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <ClerkFields
          draft={draft}
          onChange={setDraft}
          roles={Role.options}
          pinLabel={texts.newPin}
          pinHint={clerk.has_pin ? texts.newPinHelp : texts.pinOptional}
        />
        {error !== null && <FaultNotice fault={error} />}
        <div className="actions">
          <Button type="submit" look="primary" isBusy={isBusy} disabled={!isComplete(draft)}>
            {texts.save}
          </Button>
          {clerk.has_pin && (
            <Button
              isBusy={isBusy}
              onClick={() => void closeAfter(run((client) => client.changeClerk({ ...id, pin: null })))}
            >
              {texts.takePin}
            </Button>
          )}
          <Button look="danger" onClick={() => setRemoving(true)}>
            {texts.remove}
          </Button>
        </div>
      </form>
      <BadgeOf clerk={clerk} />
    </Dialog>
  )
}
