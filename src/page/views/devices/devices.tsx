import { linkTo } from '../../live/use-route.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { isAllowed } from '../view.ts'
import { AddDevice } from './add-device.tsx'
import { DeviceCard } from './device-card.tsx'
import { IdentifyButton } from './identify.tsx'
import { Twins } from './twins.tsx'

/** The devices of the desk; `#/devices/add` adds one. */
export const Devices = ({ rest }: { readonly rest: string }) => {
  const texts = useTexts().upkeep.devices
  const { me, status } = useDeskState()
  const encoders = status?.encoders ?? []
  const role = me?.role ?? null
  const mayInstall = isAllowed(role, 'installer')
  const mayUse = isAllowed(role, 'operator')
  if (rest === 'add' && mayInstall) {
    return (
      <>
        <h1>{texts.add.title}</h1>
        <AddDevice onLeave={() => window.location.assign(linkTo('devices'))} />
      </>
    )
  }
  return (
    <>
      <header className="view-head">
        <h1>{texts.title}</h1>
        {mayInstall && (
          <a className="button button-primary button-normal" href={linkTo('devices', 'add')}>
            {texts.add.title}
          </a>
        )}
      </header>
      {mayUse && <Twins encoders={encoders} />}
      {encoders.length === 0 && <p>{texts.none}</p>}
      <ul className="device-list">
        {encoders.map((encoder) => (
          <li key={encoder.encoder_id}>
            <DeviceCard encoder={encoder} mayUse={mayUse} mayInstall={mayInstall} />
          </li>
        ))}
      </ul>
      {mayUse && encoders.length > 1 && <IdentifyButton />}
    </>
  )
}
