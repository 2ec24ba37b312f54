import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { DeskProvider } from './live/use-desk.tsx'
import { openDesk } from './live/desk.ts'
import { beginAnewAtSignIn, takeSignInCode } from './live/sign-in-code.ts'
import './styles/theme.css'
import './styles/base.css'
import './styles/parts.css'
import './styles/shell.css'
import './styles/clerk.css'
import './styles/upkeep.css'
import { TextsProvider } from './texts/texts.tsx'

beginAnewAtSignIn(window)
const desk = openDesk(window.location.origin, takeSignInCode(window.location, window.history))

const place = document.querySelector('#page')
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <TextsProvider>
        <DeskProvider desk={desk}>
          <App />
        </DeskProvider>
      </TextsProvider>
    </StrictMode>,
  )
}
