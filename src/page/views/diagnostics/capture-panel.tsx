import { useEffect } from 'react'
import { askCapture } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { useCall } from '../../live/use-call.ts'
import { showTime } from '../../live/time.ts'
import { Button } from '../../parts/button.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useSpeech } from '../../texts/texts.tsx'

const ASK_EVERY_MS = 2_000

/** Capture, show the fault again, stop, download. */
export const CapturePanel = () => {
  const { language, texts: all } = useSpeech()
  const texts = all.upkeep.diagnostics.capture
  const { answer, error, ask, set } = useAnswer(askCapture)
  const { isBusy, error: refusal, run } = useCall()
  const capture = answer?.capture ?? null
  const isRunning = capture !== null
  useEffect(() => {
    if (!isRunning) return undefined
    const timer = setInterval(ask, ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [isRunning, ask])
  const toggle = async (): Promise<void> => {
    const next = await run((client) => (isRunning ? client.stopCapture() : client.startCapture()))
    if (next !== null) set(next)
  }
  const trouble = error ?? refusal
  return (
    <section className="panel" aria-labelledby="capture">
      <h2 id="capture">{texts.title}</h2>
      <p>{texts.explain}</p>
      {capture !== null && (
        <Notice tone="info" title={texts.reproduce}>
          <p>
            {texts.running(capture.lines)} {texts.ends(showTime(capture.ends_at, language))}
          </p>
        </Notice>
      )}
      {trouble !== null && <FaultNotice fault={trouble} />}
      <div className="actions">
        <Button look={isRunning ? 'danger' : 'plain'} isBusy={isBusy} onClick={() => void toggle()}>
          {isRunning ? texts.stop : texts.start}
        </Button>
        <a className="button button-plain button-normal" href="/v1/diagnostics/bundle" download>
          {texts.download}
        </a>
      </div>
    </section>
  )
}
