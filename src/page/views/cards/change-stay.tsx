import { useState } from 'react'
import { fromWallClock, toWallClock } from '../../live/time.ts'
import { useCall } from '../../live/use-call.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import type { WorkItem } from './matching.ts'
import { MoveStay } from './move-stay.tsx'

interface ChangeStayProps {
  readonly item: WorkItem
  readonly title: string
  readonly onClose: () => void
}

/** A stay that ends later or earlier, or goes on in another room. */
export const ChangeStay = ({ item, title, onClose }: ChangeStayProps) => {
  const { stay } = useTexts()
  const { status } = useDeskState()
  const movers = (status?.encoders ?? []).filter(({ keys }) => keys?.moves_stays === true)
  return (
    <Dialog title={stay.title(title)} onClose={onClose}>
      <NewEnd item={item} />
      <section className="stay-part">
        <h3>{stay.move}</h3>
        {movers.length > 0 ? <MoveStay item={item} movers={movers} /> : <p>{stay.moveElsewhere}</p>}
      </section>
    </Dialog>
  )
}

const NewEnd = ({ item }: { readonly item: WorkItem }) => {
  const { stay } = useTexts()
  const { run, isBusy, error } = useCall()
  const [end, setEnd] = useState(item.ends_at === null ? '' : toWallClock(item.ends_at, item.time_zone))
  const [isDone, setDone] = useState(false)
  const save = (): void => {
    void run((client) =>
      client.extend({
        access_grant_id: item.access_grant_id,
        ends_at: fromWallClock(end, item.time_zone),
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
      <h3>{stay.extend}</h3>
      <Field
        label={stay.end(item.time_zone)}
        type="datetime-local"
        required
        value={end}
        onChange={({ target }) => setEnd(target.value)}
      />
      <Button look="primary" type="submit" isBusy={isBusy} disabled={end === ''}>
        {stay.extendGo}
      </Button>
      {isDone && <Notice tone="good" title={stay.extended} />}
      {error !== null && <FaultNotice fault={error} />}
    </form>
  )
}
