import type { EncoderBody } from '../../../control/schema.ts'
import { Facts } from '../../parts/facts.tsx'
import { FaultNotice, type Tone } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { AcceptDevice } from './accept-device.tsx'
import { IdentifyButton } from './identify.tsx'
import { TryDevice } from './try-device.tsx'

const tones: Readonly<Record<EncoderBody['state'], Tone | 'quiet'>> = {
  absent: 'warning',
  opening: 'quiet',
  ready: 'good',
  leased: 'info',
  failed: 'bad',
}

const DeviceFacts = ({ encoder }: { readonly encoder: EncoderBody }) => {
  const { facts } = useTexts().upkeep.devices
  return (
    <Facts
      facts={[
        [facts.driver, encoder.driver],
        [facts.model, encoder.model],
        [facts.firmware, encoder.firmware],
        [facts.serial, encoder.serial_number],
        [facts.path, encoder.path],
        [facts.address, encoder.address],
        [facts.transport, encoder.transport],
        [facts.identity, encoder.identity],
        [facts.layout, encoder.kind === 'card' ? encoder.layout : null],
        [facts.cards, encoder.technologies.join(', ')],
      ]}
    />
  )
}

/** One device: how it stands, why it does not work, and what can be done with it. */
export const DeviceCard = ({
  encoder,
  mayUse,
  mayInstall,
}: {
  readonly encoder: EncoderBody
  readonly mayUse: boolean
  readonly mayInstall: boolean
}) => {
  const texts = useTexts().upkeep.devices
  return (
    <article className="panel device" aria-label={encoder.name}>
      <header className="device-head">
        <div>
          <h2>{encoder.name}</h2>
          <p className="quiet">
            {texts.kinds[encoder.kind]} · {encoder.model ?? encoder.driver}
          </p>
        </div>
        <Pill tone={tones[encoder.state]}>{texts.states[encoder.state]}</Pill>
      </header>
      {encoder.lease !== null && <p>{texts.usedBy(encoder.lease.owner)}</p>}
      {encoder.error !== null && <FaultNotice fault={encoder.error} />}
      {mayInstall && encoder.error?.code === 'device_quarantined' && <AcceptDevice encoder={encoder} />}
      {mayUse && (
        <div className="device-do">
          {encoder.kind !== 'keySystem' && <IdentifyButton encoder={encoder} />}
          <TryDevice encoder={encoder} />
        </div>
      )}
      <details>
        <summary>{texts.details}</summary>
        <DeviceFacts encoder={encoder} />
      </details>
    </article>
  )
}
