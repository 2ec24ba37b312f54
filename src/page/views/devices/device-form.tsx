import { useDeskState } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { isOnlyPerhaps, type Driver, type NewDevice } from './new-device.ts'

interface DeviceFormProps {
  readonly device: NewDevice
  readonly drivers: readonly Driver[]
  readonly onChange: (device: NewDevice) => void
  readonly onSave: (isKeySystem: boolean) => void
  readonly isBusy: boolean
}

/** Driver, place and name of a device that is being added. */
export const DeviceForm = ({ device, drivers, onChange, onSave, isBusy }: DeviceFormProps) => {
  const texts = useTexts().upkeep.devices.add
  const { status } = useDeskState()
  const isKeySystem = drivers.find(({ id }) => id === device.driver)?.kind === 'keySystem'
  const name = device.name.trim().toLowerCase()
  const isNamed = status?.encoders.some((encoder) => encoder.name.toLowerCase() === name) === true
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(isKeySystem)
      }}
    >
      {isOnlyPerhaps(device.connected) && <Notice tone="info" title={texts.mayBe} />}
      <Select
        label={texts.driver}
        value={device.driver}
        options={drivers.map(({ id, summary }) => [id, `${id} – ${summary}`])}
        onChoose={(driver) => onChange({ ...device, driver })}
      />
      {device.connected === null && (
        <Field
          label={texts.path}
          hint={texts.pathHelp}
          value={device.path}
          maxLength={500}
          onChange={({ target }) => onChange({ ...device, path: target.value })}
        />
      )}
      <Field
        label={texts.name}
        hint={texts.nameHelp}
        error={isNamed ? texts.isNamed : undefined}
        value={device.name}
        required
        maxLength={64}
        onChange={({ target }) => onChange({ ...device, name: target.value })}
      />
      {isKeySystem && <Members device={device} onChange={onChange} />}
      <div className="actions">
        <Button type="submit" look="primary" isBusy={isBusy} disabled={name === '' || isNamed}>
          {texts.save}
        </Button>
      </div>
    </form>
  )
}

const Members = ({ device, onChange }: Pick<DeviceFormProps, 'device' | 'onChange'>) => {
  const { devices, settings } = useTexts().upkeep
  const { encoders } = device
  const set = (index: number, change: Partial<(typeof encoders)[number]>): void =>
    onChange({
      ...device,
      encoders: encoders.map((one, at) => (at === index ? { ...one, ...change } : one)),
    })
  return (
    <fieldset className="choices">
      <legend>{devices.add.encoders}</legend>
      {encoders.map((encoder, index) => (
        <div className="pair" key={index}>
          <Field
            label={devices.add.encoderName}
            value={encoder.name}
            required
            maxLength={64}
            onChange={({ target }) => set(index, { name: target.value })}
          />
          <Field
            label={devices.add.encoderAddress}
            value={encoder.address}
            required
            maxLength={64}
            onChange={({ target }) => set(index, { address: target.value })}
          />
        </div>
      ))}
      <div className="actions">
        <Button onClick={() => onChange({ ...device, encoders: [...encoders, { name: '', address: '' }] })}>
          {settings.add}
        </Button>
      </div>
    </fieldset>
  )
}
