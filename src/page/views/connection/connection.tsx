import type { LinkBody } from '../../../control/schema.ts'
import { askPairing } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { showInstant } from '../../live/time.ts'
import { Facts } from '../../parts/facts.tsx'
import { FaultNotice, Notice, type Tone } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { useSpeech, useTexts } from '../../texts/texts.tsx'
import { PairForm } from './pair-form.tsx'
import { skewText } from './skew.ts'

const tones: Readonly<Record<LinkBody['state'], Tone | 'quiet'>> = {
  connected: 'good',
  connecting: 'quiet',
  waiting: 'warning',
  refused: 'bad',
  unpaired: 'warning',
}

/** The link to the hub, what waits for it, and pairing. */
export const Connection = () => {
  const texts = useTexts().upkeep.connection
  const { status } = useDeskState()
  const pairing = useAnswer(askPairing)
  const isRest = status?.link.transport === 'rest'
  const isPaired = status !== null && status.link.state !== 'unpaired'
  return (
    <>
      <h1>{texts.title}</h1>
      <LinkPanel pairing={pairing.answer?.state === 'paired' ? pairing.answer : null} />
      {isRest ? (
        <Notice tone="info" title={texts.restMode} />
      ) : isPaired ? (
        <details className="panel">
          <summary>{texts.pair.again}</summary>
          <div className="form">
            <p>{texts.pair.againHelp}</p>
            <PairForm pairing={pairing} />
          </div>
        </details>
      ) : (
        <section className="panel" aria-labelledby="pair">
          <h2 id="pair">{texts.pair.title}</h2>
          <PairForm pairing={pairing} />
        </section>
      )}
    </>
  )
}

interface LinkPanelProps {
  readonly pairing: { readonly bridge_id: string; readonly acs_system_id: string } | null
}

const LinkPanel = ({ pairing }: LinkPanelProps) => {
  const { language, texts: all } = useSpeech()
  const texts = all.upkeep.connection
  const { status } = useDeskState()
  if (status === null) return null
  const { link, outbox } = status
  const when = (instant: string | null): string | null =>
    instant === null ? null : showInstant(instant, undefined, language)
  return (
    <section className="panel" aria-label={texts.title}>
      <Pill tone={tones[link.state]}>{texts.states[link.state]}</Pill>
      {link.error !== null && <FaultNotice fault={link.error} />}
      <Facts
        facts={[
          [texts.facts.hub, link.hub_endpoint],
          [texts.facts.transport, link.transport === null ? null : texts.transports[link.transport]],
          [texts.facts.since, when(link.connected_since)],
          [texts.facts.skew, link.clock_skew_ms === null ? null : skewText(link.clock_skew_ms, texts.skew)],
          [texts.facts.waiting, outbox.waiting],
          [texts.facts.oldest, when(outbox.oldest_at)],
          [texts.facts.refused, outbox.refused === 0 ? null : outbox.refused],
          [texts.facts.bridge, pairing?.bridge_id],
          [texts.facts.system, pairing?.acs_system_id],
        ]}
      />
      {outbox.refused > 0 && <Notice tone="warning" title={texts.refusedHelp} />}
    </section>
  )
}
