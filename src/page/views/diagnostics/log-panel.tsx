import { useState } from 'react'
import { showTime } from '../../live/time.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { useSpeech, useTexts } from '../../texts/texts.tsx'
import { isAtLeast, levels, type Level, type LogLine } from './log-lines.ts'
import { useLog } from './use-log.ts'

const isLevel = (value: string): value is Level => levels.some((level) => level === value)

/** The daemon's log as it is written. */
export const LogPanel = () => {
  const texts = useTexts().upkeep.diagnostics.log
  const { lines, error, clear } = useLog()
  const [level, setLevel] = useState<Level>('info')
  const [held, setHeld] = useState<readonly LogLine[] | null>(null)
  const shown = (held ?? lines).filter((line) => isAtLeast(line, level)).toReversed()
  const since = held === null ? 0 : lines.length - held.length
  return (
    <section className="panel" aria-labelledby="log">
      <h2 id="log">{texts.title}</h2>
      <div className="filters">
        <Select
          label={texts.level}
          value={level}
          options={levels.map((one) => [one, texts.levels[one]])}
          onChoose={(value) => isLevel(value) && setLevel(value)}
        />
        <div className="actions">
          <Button aria-pressed={held !== null} onClick={() => setHeld(held === null ? lines : null)}>
            {held === null ? texts.pause : texts.resume}
          </Button>
          <Button look="quiet" onClick={clear}>
            {texts.clear}
          </Button>
        </div>
      </div>
      {error !== null && <FaultNotice fault={error} />}
      {held !== null && <output>{texts.paused(since)}</output>}
      {shown.length === 0 ? (
        <p>{texts.none}</p>
      ) : (
        // The newest line stands first. A scrolled area is reached by the keyboard too (WCAG 2.2, 2.1.1).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        <ol className="log" tabIndex={0} aria-label={texts.title}>
          {shown.map((line, index) => (
            <LogRow key={`${line.at} ${shown.length - index}`} line={line} />
          ))}
        </ol>
      )}
    </section>
  )
}

const LogRow = ({ line }: { readonly line: LogLine }) => {
  const { language } = useSpeech()
  const fields = Object.entries(line.fields)
  return (
    <li className={`log-line log-${line.level}`} lang="en">
      <span className="quiet">{showTime(line.at, language)}</span> <strong>{line.level}</strong>{' '}
      {line.component !== null && <em>{line.component}</em>} {line.message}
      {fields.length > 0 && (
        <span className="quiet">
          {' '}
          {fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ')}
        </span>
      )}
    </li>
  )
}
