import type { EncoderBody } from '../../../control/schema.ts'
import { useTexts } from '../../texts/texts.tsx'
import { IdentifyButton } from './identify.tsx'

/** Devices that nothing tells apart: a card on one of them says which it is. */
export const Twins = ({ encoders }: { readonly encoders: readonly EncoderBody[] }) => {
  const texts = useTexts().upkeep.devices.twins
  const twins = encoders.filter(({ error }) => error?.code === 'device_ambiguous')
  if (twins.length === 0) return null
  return (
    <section className="panel" aria-labelledby="twins">
      <h2 id="twins">{texts.title}</h2>
      <p>{texts.explain}</p>
      {twins.map((encoder) => (
        <IdentifyButton
          key={encoder.encoder_id}
          encoder={encoder}
          label={texts.start(encoder.name)}
          waiting={texts.tap(encoder.name)}
        />
      ))}
    </section>
  )
}
