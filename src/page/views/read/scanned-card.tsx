import type { EndingBody } from '../../../control/schema.ts'
import { showInstant } from '../../live/time.ts'
import { Facts } from '../../parts/facts.tsx'
import { Notice, type Tone } from '../../parts/notice.tsx'
import { useSpeech } from '../../texts/texts.tsx'

type Scan = Extract<EndingBody, { readonly kind: 'scanned' }>

const tones: Readonly<Record<Scan['comparison']['kind'], Tone>> = {
  nothing: 'info',
  same: 'good',
  out_of_sync: 'warning',
  not_found: 'bad',
  unchecked: 'unknown',
}

/** What was on a card, and how it stands to what Seam has. */
export const ScannedCard = ({ scan }: { readonly scan: Scan }) => {
  const { texts, language } = useSpeech()
  const { read } = texts
  const { comparison, record } = scan
  const words = read.comparison[comparison.kind]
  const at = (instant: string): string => showInstant(instant, undefined, language)
  return (
    <div className="scanned">
      <Notice tone={tones[comparison.kind]} title={words.title}>
        <p>{words.text}</p>
        {comparison.properties.length > 0 && (
          <p>
            <strong>{read.differs}:</strong>{' '}
            {comparison.properties.map((name) => read.properties[name] ?? name).join(', ')}
          </p>
        )}
      </Notice>
      <h2>{read.onCard}</h2>
      <Facts
        facts={[
          [read.uid, scan.card_uid ?? read.noUid],
          [read.technology, scan.technology],
          [read.number, record?.card_number ?? scan.card_number ?? read.noNumber],
          ...(record === null
            ? []
            : ([
                [read.validFrom, at(record.starts_at)],
                [read.validUntil, record.ends_at === null ? texts.cards.noEnd : at(record.ends_at)],
                [read.credential, record.acs_credential_id],
              ] as const)),
        ]}
      />
      {record === null && <p>{scan.remark ?? read.noRecord}</p>}
    </div>
  )
}
