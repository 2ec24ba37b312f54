import type { ConnectedResponse } from '../../../control/schema/upkeep.ts'
import type { Asked } from '../../live/use-answer.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import type { NewDevice } from './new-device.ts'

type Connected = ConnectedResponse['devices'][number]

interface ConnectedListProps {
  readonly connected: Asked<ConnectedResponse>
  readonly chosen: NewDevice | null
  /** Null for something that is not connected to this computer. */
  readonly onChoose: (device: Connected | null) => void
}

/** What is plugged in, to choose one of. */
export const ConnectedList = ({ connected, chosen, onChoose }: ConnectedListProps) => {
  const texts = useTexts().upkeep.devices
  const { add } = texts
  const devices = connected.answer?.devices ?? []
  return (
    <fieldset className="choices">
      <legend>{add.connected}</legend>
      {connected.error !== null && <FaultNotice fault={connected.error} />}
      {devices.map((device) => (
        <label key={`${device.transport} ${device.path}`} className="choice">
          <input
            type="radio"
            name="connected"
            disabled={device.is_configured}
            checked={chosen?.connected?.path === device.path}
            onChange={() => onChoose(device)}
          />
          <span>
            {device.description}
            <small className="quiet">
              {device.path}
              {device.is_configured && ` · ${add.isSetUp}`}
            </small>
          </span>
        </label>
      ))}
      {connected.answer !== null && devices.length === 0 && <p>{add.nothing}</p>}
      <label className="choice">
        <input
          type="radio"
          name="connected"
          checked={chosen !== null && chosen.connected === null}
          onChange={() => onChoose(null)}
        />
        <span>{add.other}</span>
      </label>
      <div className="actions">
        <Button icon="refresh" isBusy={connected.isBusy} onClick={connected.ask}>
          {texts.look}
        </Button>
      </div>
    </fieldset>
  )
}
