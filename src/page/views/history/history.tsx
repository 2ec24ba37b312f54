import { useCallback, useMemo, useState } from 'react'
import { AuditBody } from '../../../control/schema.ts'
import type { ControlClient } from '../../../client/index.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { historyOf, isShown, type HistoryFilter, type Result } from './entries.ts'
import { HistoryEntries } from './history-entries.tsx'

const DAY_MS = 86_400_000
const spans = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS, all: null } as const
type Span = keyof typeof spans

const isOneOf = <T extends string>(value: string, of: Readonly<Record<T, unknown>>): value is T =>
  Object.hasOwn(of, value)

const readLines = async (
  client: ControlClient,
  span: Span,
  signal: AbortSignal,
): Promise<readonly AuditBody[]> => {
  const backMs = spans[span]
  const since = backMs === null ? {} : { since: new Date(Date.now() - backMs).toISOString() }
  const stream = await client.audit(since)
  signal.addEventListener('abort', () => void stream.cancel())
  const text = await new Response(stream).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => AuditBody.parse(JSON.parse(line)))
}

/** Who ordered what and how it ended. */
export const History = () => {
  const texts = useTexts().upkeep.history
  const { status } = useDeskState()
  const [span, setSpan] = useState<Span>('day')
  const [filter, setFilter] = useState<HistoryFilter>({ encoderId: null, result: null })
  const question = useCallback(
    (client: ControlClient, signal: AbortSignal) => readLines(client, span, signal),
    [span],
  )
  const { answer, error, isBusy, ask } = useAnswer(question)
  const entries = useMemo(() => (answer === null ? null : historyOf(answer)), [answer])
  const shown = useMemo(() => entries?.filter((entry) => isShown(entry, filter)), [entries, filter])
  const encoders = status?.encoders ?? []
  return (
    <>
      <header className="view-head">
        <h1>{texts.title}</h1>
        <Button icon="refresh" isBusy={isBusy} onClick={ask}>
          {texts.refresh}
        </Button>
      </header>
      <p className="quiet">{texts.explain}</p>
      <div className="filters">
        <Select
          label={texts.span}
          value={span}
          options={Object.entries(texts.spans)}
          onChoose={(value) => isOneOf(value, spans) && setSpan(value)}
        />
        <Select
          label={texts.encoder}
          value={filter.encoderId ?? ''}
          options={[['', texts.anyEncoder], ...encoders.map((one) => [one.encoder_id, one.name] as const)]}
          onChoose={(value) => setFilter({ ...filter, encoderId: value === '' ? null : value })}
        />
        <Select
          label={texts.result}
          value={filter.result ?? ''}
          options={[['', texts.anyResult], ...Object.entries(texts.results)]}
          onChoose={(value) =>
            setFilter({ ...filter, result: isOneOf<Result>(value, texts.results) ? value : null })
          }
        />
      </div>
      {error !== null && <FaultNotice fault={error} />}
      {shown !== undefined && (
        <HistoryEntries
          entries={shown}
          encoders={encoders}
          nothing={entries?.length === 0 ? texts.none : texts.noneShown}
        />
      )}
    </>
  )
}
