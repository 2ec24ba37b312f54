import { useEffect, useState } from 'react'
import type { EncoderBody } from '../../../control/schema.ts'
import { useCall } from '../../live/use-call.ts'
import { useDesk } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import type { Stay } from './stay.ts'

interface MoveStayProps {
  readonly stay: Stay
  /** The encoders whose lock system moves stays. */
  readonly movers: readonly EncoderBody[]
}

/** Lets a lock system move a stay to another room, by its own names of rooms. */
export const MoveStay = ({ stay, movers }: MoveStayProps) => {
  const texts = useTexts()
  const { client, noteOrder } = useDesk()
  const { run, isBusy, error } = useCall()
  const [encoder, setEncoder] = useState(movers[0]?.encoder_id ?? '')
  const [room, setRoom] = useState('')
  const [newRoom, setNewRoom] = useState('')
  useEffect(() => {
    const doors = new Set(stay.doors)
    void run(() => client.rooms()).then((answer) => {
      const known = answer?.rooms.find((row) => doors.has(row.display_name))?.room
      if (known != null) setRoom((typed) => (typed === '' ? known : typed))
    })
  }, [client, run, stay])
  const order = async (
    request: { kind: 'move'; room: string; new_room: string } | { kind: 'check_out'; room: string },
    title: string,
  ): Promise<void> => {
    const ordered = await run(() => client.stay({ ...request, encoder }))
    if (ordered !== null) noteOrder(ordered.order_id, { title, isSeen: false })
  }
  const checksOut = movers.find(({ encoder_id: id }) => id === encoder)?.keys?.checks_out === true
  return (
    <form
      className="stay-part"
      onSubmit={(event) => {
        event.preventDefault()
        void order({ kind: 'move', room, new_room: newRoom }, `${room} → ${newRoom}`)
      }}
    >
      {movers.length > 1 && (
        <div className="field">
          <label>
            {texts.stay.moveLock}
            <select value={encoder} onChange={({ target }) => setEncoder(target.value)}>
              {movers.map(({ encoder_id: id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Field
        label={texts.stay.moveRoom}
        required
        value={room}
        onChange={({ target }) => setRoom(target.value)}
      />
      <Field
        label={texts.stay.moveNewRoom}
        required
        value={newRoom}
        onChange={({ target }) => setNewRoom(target.value)}
      />
      <div className="actions">
        <Button type="submit" look="primary" isBusy={isBusy} disabled={room === '' || newRoom === ''}>
          {texts.stay.moveGo}
        </Button>
        {checksOut && (
          <Button
            look="danger"
            isBusy={isBusy}
            disabled={room === ''}
            title={texts.stay.checkOutEffect}
            onClick={() => void order({ kind: 'check_out', room }, room)}
          >
            {texts.stay.checkOut}
          </Button>
        )}
      </div>
      {checksOut && <p className="quiet">{texts.stay.checkOutEffect}</p>}
      {error !== null && <FaultNotice fault={error} />}
    </form>
  )
}
