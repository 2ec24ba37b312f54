import { useTexts } from '../../texts/texts.tsx'
import { useDeskState } from '../../live/use-desk.tsx'
import { isAllowed } from '../view.ts'
import { CapturePanel } from './capture-panel.tsx'
import { Examination } from './examination.tsx'
import { LogPanel } from './log-panel.tsx'

/** What support asks for: an examination, a capture, the log. */
export const Diagnostics = () => {
  const texts = useTexts().upkeep.diagnostics
  const { me } = useDeskState()
  const mayInstall = isAllowed(me?.role ?? null, 'installer')
  return (
    <>
      <h1>{texts.title}</h1>
      <Examination />
      {mayInstall && <CapturePanel />}
      {mayInstall && <LogPanel />}
    </>
  )
}
