import { askSettings } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import type { Restart } from '../../live/use-restart.ts'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { Progress } from '../../parts/progress.tsx'
import { useTexts } from '../../texts/texts.tsx'

/** How a restart goes, and what has come of it. */
export const RestartNotice = ({ restart }: { readonly restart: Pick<Restart, 'state' | 'error'> }) => {
  const texts = useTexts().upkeep.settings
  if (restart.error !== null) return <FaultNotice fault={restart.error} />
  switch (restart.state) {
    case 'idle':
      return null
    case 'under_way':
      return (
        <>
          <Notice tone="info" title={texts.restarting} />
          <Progress label={texts.restarting} />
        </>
      )
    case 'late':
      return <Notice tone="bad" title={texts.late} />
    case 'back':
      return <WhatCameOfIt />
  }
}

/** A daemon that can't use the new settings goes back to those before, and says so. */
const WhatCameOfIt = () => {
  const texts = useTexts().upkeep.settings
  const { answer, error } = useAnswer(askSettings)
  if (error !== null) return <FaultNotice fault={error} />
  if (answer === null) return null
  if (answer.restart_error === null) return <Notice tone="good" title={texts.back} />
  return (
    <>
      <Notice tone="bad" title={texts.wentBack} />
      <FaultNotice fault={answer.restart_error} />
    </>
  )
}
