import { createContext, use, useEffect, useState, type ReactNode } from 'react'
import { de } from './de.ts'
import { en, type Texts } from './en.ts'

export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages
const dictionaries: Readonly<Record<Language, Texts>> = { en, de }

const REMEMBERED_AS = 'encoder-bridge.language'

const isLanguage = (value: string | null | undefined): value is Language =>
  value != null && Object.hasOwn(languages, value)

const firstLanguage = (): Language => {
  const remembered = window.localStorage.getItem(REMEMBERED_AS)
  if (isLanguage(remembered)) return remembered
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en'
}

interface Speech {
  readonly language: Language
  readonly texts: Texts
  readonly speak: (language: Language) => void
}

const SpeechContext = createContext<Speech>({ language: 'en', texts: en, speak: () => undefined })

export const TextsProvider = ({ children }: { readonly children: ReactNode }) => {
  const [language, setLanguage] = useState(firstLanguage)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const speak = (chosen: Language): void => {
    window.localStorage.setItem(REMEMBERED_AS, chosen)
    setLanguage(chosen)
  }
  return <SpeechContext value={{ language, texts: dictionaries[language], speak }}>{children}</SpeechContext>
}

/** The language and the switch between them. */
export const useSpeech = (): Speech => use(SpeechContext)

/** Every text of the page in the language that is spoken. */
export const useTexts = (): Texts => useSpeech().texts
