import { useEffect } from 'react'
import { useDeskState } from './live/use-desk.tsx'
import { linkTo, useRoute } from './live/use-route.ts'
import { Notice } from './parts/notice.tsx'
import { Header } from './shell/header.tsx'
import { Navigation } from './shell/navigation.tsx'
import { useTexts } from './texts/texts.tsx'
import { Locked } from './views/sign-in/locked.tsx'
import { SignedOut } from './views/sign-in/signed-out.tsx'
import { isAllowed } from './views/view.ts'
import { views } from './views/views.ts'

/** What is shown: a sign-in, a lock, or the view that the address names, under one head that tells how things stand. */
export const App = () => {
  const texts = useTexts()
  const { reach, me } = useDeskState()
  return (
    <>
      <a className="skip" href="#content">
        {texts.shell.skip}
      </a>
      <Header />
      {reach === 'unreachable' && (
        <div className="shell-notice">
          <Notice tone="bad" title={texts.shell.unreachable}>
            <p>{texts.shell.unreachableNext}</p>
          </Notice>
        </div>
      )}
      {reach === 'signed_out' ? (
        <main className="lonely" id="content">
          <SignedOut />
        </main>
      ) : me === null ? (
        <main className="lonely" id="content" aria-busy="true">
          {reach === 'connecting' && <p>{texts.shell.loading}</p>}
        </main>
      ) : me.role === null ? (
        <main className="lonely" id="content">
          <Locked />
        </main>
      ) : (
        <Workplace role={me.role} />
      )}
    </>
  )
}

const Workplace = ({ role }: { readonly role: Parameters<typeof isAllowed>[0] }) => {
  const texts = useTexts()
  const route = useRoute()
  const { status } = useDeskState()
  const first = views.find((one) => one.isOffered?.(status) === true && isAllowed(role, one.role)) ?? views[0]
  const view = route.view === '' ? first : views.find(({ id }) => id === route.view)
  const isOffered = route.view === '' && first.isOffered !== undefined
  useEffect(() => {
    // It stays when it is no longer offered: the pairing that ends the offer is not its last step.
    if (isOffered) window.location.replace(linkTo(first.id))
  }, [isOffered, first])
  const title = view?.name(texts) ?? texts.shell.noSuchView
  useEffect(() => {
    document.title = `${title} · ${texts.shell.product}`
  }, [title, texts])
  return (
    <div className="shell">
      <Navigation role={role} current={view?.id ?? ''} />
      <main id="content" tabIndex={-1}>
        {view === undefined ? (
          <Notice tone="info" title={texts.shell.noSuchView} />
        ) : isAllowed(role, view.role) ? (
          <view.show key={route.rest} rest={route.rest} />
        ) : (
          <Notice tone="info" title={texts.shell.roleTooLow} />
        )}
      </main>
    </div>
  )
}
