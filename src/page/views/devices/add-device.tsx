import { useState } from 'react'
import { askConnected, askDrivers } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { RestartNotice } from '../settings/restart-notice.tsx'
import { ConnectedList } from './connected-list.tsx'
import { DeviceForm } from './device-form.tsx'
import { driversFor, emptyDevice, type NewDevice } from './new-device.ts'
import { useSaveDevice } from './use-save-device.ts'

/** Adds what is connected, or a lock system, to the settings, and has the daemon use it. */
export const AddDevice = ({ onLeave }: { readonly onLeave?: () => void }) => {
  const { common, upkeep } = useTexts()
  const texts = upkeep.devices.add
  const connected = useAnswer(askConnected)
  const drivers = useAnswer(askDrivers)
  const [device, setDevice] = useState<NewDevice | null>(null)
  const { save, isBusy, error, restart } = useSaveDevice()
  const known = drivers.answer?.drivers ?? []
  if (restart.state !== 'idle') {
    return (
      <section className="panel">
        <Notice tone="good" title={texts.done(device?.name ?? '')} />
        <RestartNotice restart={restart} />
        {restart.state === 'back' && onLeave !== undefined && (
          <div className="actions">
            <Button look="primary" onClick={onLeave}>
              {upkeep.devices.title}
            </Button>
          </div>
        )}
      </section>
    )
  }
  return (
    <section className="panel">
      <p>{texts.explain}</p>
      <ConnectedList
        connected={connected}
        chosen={device}
        onChoose={(choice) =>
          setDevice({
            ...emptyDevice,
            connected: choice,
            path: choice?.path ?? '',
            driver: driversFor(choice, known)[0]?.id ?? '',
          })
        }
      />
      {drivers.error !== null && <FaultNotice fault={drivers.error} />}
      {device !== null && (
        <DeviceForm
          device={device}
          drivers={driversFor(device.connected, known)}
          onChange={setDevice}
          onSave={(isKeySystem) => void save(device, isKeySystem)}
          isBusy={isBusy}
        />
      )}
      {error !== null && <FaultNotice fault={error} />}
      {onLeave !== undefined && (
        <div className="actions">
          <Button look="quiet" onClick={onLeave}>
            {common.cancel}
          </Button>
        </div>
      )}
    </section>
  )
}
