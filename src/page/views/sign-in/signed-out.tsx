import { useDeskState } from '../../live/use-desk.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'

/** How to get in; and why a link did not lead in. */
export const SignedOut = () => {
  const { signedOut } = useTexts()
  const { error } = useDeskState()
  return (
    <section className="panel lonely-panel">
      <h1>{signedOut.title}</h1>
      {error?.code === 'sign_in_refused' && <FaultNotice fault={error} />}
      <p>{signedOut.how}</p>
      <code className="command">{signedOut.command}</code>
      <p className="quiet">{signedOut.why}</p>
    </section>
  )
}
