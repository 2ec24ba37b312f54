import { useState } from 'react'
import type { AuditBody, EncoderBody } from '../../../control/schema.ts'
import { errorTable } from '../../../contract/errors.ts'
import { showInstant, showTime } from '../../live/time.ts'
import { Button } from '../../parts/button.tsx'
import { Facts } from '../../parts/facts.tsx'
import type { Tone } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { useSpeech, useTexts } from '../../texts/texts.tsx'
import type { HistoryEntry, Result } from './entries.ts'

const AT_A_TIME = 100

const tones: Readonly<Record<Result, Tone | 'quiet'>> = {
  done: 'good',
  failed: 'warning',
  spoiled: 'bad',
  unknown: 'unknown',
  refused: 'warning',
  open: 'info',
  note: 'quiet',
}

const isErrorCode = (word: string): word is keyof typeof errorTable => Object.hasOwn(errorTable, word)

/** The audit's own word in ours: `untouched card_timeout` is an ending and why. */
const useOutcomeText = (): ((outcome: string | null) => string | null) => {
  const { errors, upkeep } = useTexts()
  const endings: Readonly<Record<string, string>> = upkeep.history.endings
  return (outcome) => {
    if (outcome === null) return null
    const [kind = '', ...rest] = outcome.split(' ')
    const code = isErrorCode(kind) ? kind : rest.join(' ')
    const ending = endings[kind] ?? (isErrorCode(kind) ? '' : kind)
    const why = isErrorCode(code) ? errors[code].cause : code
    return [ending, why].filter((part) => part !== '').join(': ')
  }
}

interface HistoryEntriesProps {
  readonly entries: readonly HistoryEntry[]
  readonly encoders: readonly EncoderBody[]
  readonly nothing: string
}

export const HistoryEntries = ({ entries, encoders, nothing }: HistoryEntriesProps) => {
  const texts = useTexts().upkeep.history
  const [shown, setShown] = useState(AT_A_TIME)
  const names = new Map(encoders.map(({ encoder_id: id, name }) => [id, name]))
  return (
    <section aria-label={texts.title} className="history">
      <output className="quiet">{entries.length === 0 ? nothing : texts.count(entries.length)}</output>
      <ul className="history-list">
        {entries.slice(0, shown).map((entry) => (
          <li key={entry.key}>
            <Entry entry={entry} encoderName={names.get(entry.encoderId ?? '') ?? entry.encoderId} />
          </li>
        ))}
      </ul>
      {entries.length > shown && (
        <div className="actions">
          <Button onClick={() => setShown(shown + AT_A_TIME)}>
            {texts.more(Math.min(AT_A_TIME, entries.length - shown))}
          </Button>
        </div>
      )}
    </section>
  )
}

const Entry = ({
  entry,
  encoderName,
}: {
  readonly entry: HistoryEntry
  readonly encoderName: string | null
}) => {
  const { language } = useSpeech()
  const texts = useTexts().upkeep.history
  const outcomeText = useOutcomeText()
  const [first] = entry.lines
  return (
    <details className="history-entry">
      <summary>
        <span className="history-when figures">{showInstant(entry.at, undefined, language)}</span>
        <Pill tone={tones[entry.result]}>{texts.results[entry.result]}</Pill>
        <span className="history-what">
          {outcomeText(entry.outcome) ?? (first === undefined ? '' : eventText(first, texts.events))}
        </span>
        <span className="quiet">{[encoderName, entry.orderedBy].filter(Boolean).join(' · ')}</span>
      </summary>
      <Facts
        facts={[
          [texts.order, entry.orderId],
          [texts.who, entry.orderedBy],
          [texts.encoder, encoderName],
          [texts.card, entry.cardUid],
        ]}
      />
      <ol className="history-lines">
        {entry.lines.map((line) => (
          <li key={`${line.at} ${line.event}`}>
            <span className="figures quiet">{showTime(line.at, language)}</span>
            <span>
              {eventText(line, texts.events)}
              {line.outcome !== null && ` – ${outcomeText(line.outcome) ?? ''}`}
            </span>
          </li>
        ))}
      </ol>
    </details>
  )
}

/** An event that has no words of ours is told by its own. */
const eventText = ({ event }: AuditBody, words: Readonly<Record<string, string>>): string =>
  words[event] ?? event
