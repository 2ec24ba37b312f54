import { useCall } from '../live/use-call.ts'
import { useDesk, useDeskState } from '../live/use-desk.tsx'
import { Button } from '../parts/button.tsx'
import { Pill } from '../parts/pill.tsx'
import type { Tone } from '../parts/notice.tsx'
import iconUrl from '../icon.svg'
import type { LinkBody } from '../../control/schema.ts'
import { languages, useSpeech, type Language } from '../texts/texts.tsx'

const linkTones: Readonly<Record<LinkBody['state'], Tone | 'quiet'>> = {
  connected: 'good',
  connecting: 'quiet',
  waiting: 'warning',
  refused: 'bad',
  unpaired: 'warning',
}

const LinkState = () => {
  const { texts } = useSpeech()
  const { status, reach } = useDeskState()
  if (status === null || reach !== 'reached') return null
  const { link, outbox } = status
  return (
    <>
      <Pill tone={linkTones[link.state]}>{texts.link[link.state]}</Pill>
      {outbox.waiting > 0 && <Pill tone="warning">{texts.link.untold(outbox.waiting)}</Pill>}
    </>
  )
}

const WhoIsHere = () => {
  const { texts } = useSpeech()
  const { setMe } = useDesk()
  const { me } = useDeskState()
  const { isBusy, run } = useCall()
  if (me === null || me.role === null) return null
  const name = me.clerk?.name ?? texts.roles[me.role]
  return (
    <div className="who">
      <span className="who-name">{name}</span>
      {me.has_clerks && (
        <Button
          icon="lock"
          isBusy={isBusy}
          aria-label={texts.shell.lockOf(name)}
          onClick={() =>
            void run((client) => client.lock()).then((changed) => changed !== null && setMe(changed))
          }
        >
          {texts.shell.lock}
        </Button>
      )}
    </div>
  )
}

/** How the desk stands and who is at it, on every page. */
export const Header = () => {
  const { language, texts, speak } = useSpeech()
  return (
    <header className="header">
      <span className="brand">
        <img src={iconUrl} alt="" width="28" height="28" />
        <span className="brand-name">{texts.shell.product}</span>
      </span>
      <div className="header-state" aria-live="polite">
        <LinkState />
      </div>
      <label className="language">
        <span className="unseen">{texts.shell.language}</span>
        <select value={language} onChange={({ target }) => speak(target.value as Language)}>
          {Object.entries(languages).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <WhoIsHere />
    </header>
  )
}
