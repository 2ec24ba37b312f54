import { useState } from 'react'
import { fromWallClock, toWallClock } from '../../live/time.ts'
import { useCall } from '../../live/use-call.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { MoveStay } from './move-stay.tsx'
import type { Stay } from './stay.ts'

interface ChangeStayProps {
  readonly stay: Stay
  readonly onClose: () => void
}

/** A stay that ends later or earlier, or goes on in another room. */
export const ChangeStay = ({ stay, onClose }: ChangeStayProps) => {
  const texts = useTexts()
  const { status } = useDeskState()
  const movers = (status?.encoders ?? []).filter(({ keys }) => keys?.moves_stays === true)
  return (
    <Dialog title={texts.stay.title(stay.title)} onClose={onClose}>
      <NewEnd stay={stay} />
      <section className="stay-part">
        <h3>{texts.stay.move}</h3>
        {movers.length > 0 ? <MoveStay stay={stay} movers={movers} /> : <p>{texts.stay.moveElsewhere}</p>}
      </section>
    </Dialog>
  )
}

const NewEnd = ({ stay }: { readonly stay: Stay }) => {
  const texts = useTexts()
  const { run, isBusy, error } = useCall()
  const [end, setEnd] = useState(stay.endsAt === null ? '' : toWallClock(stay.endsAt, stay.timeZone))
  const [isDone, setDone] = useState(false)
  const save = (): void => {
    void run((client) =>
      client.extend({
        access_grant_id: stay.accessGrantId,
        ends_at: fromWallClock(end, stay.timeZone),
      }),
    ).then((answer) => setDone(answer !== null))
  }
  return (
    <form
      className="stay-part"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <h3>{texts.stay.extend}</h3>
      <Field
        label={texts.stay.end(stay.timeZone)}
        type="datetime-local"
        required
        value={end}
        onChange={({ target }) => setEnd(target.value)}
      />
      <Button look="primary" type="submit" isBusy={isBusy} disabled={end === ''}>
        {texts.stay.extendGo}
      </Button>
      {isDone && <Notice tone="good" title={texts.stay.extended} />}
      {error !== null && <FaultNotice fault={error} />}
    </form>
  )
}
