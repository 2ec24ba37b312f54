import { useSyncExternalStore } from 'react'

/** Where the page is, by its fragment: `#/deliver/RES-1` is the view `deliver` with the rest `RES-1`. */
export interface PageRoute {
  readonly view: string
  readonly rest: string
}

const routeOf = (hash: string): PageRoute => {
  const [view = '', ...rest] = hash.replace(/^#\/?/, '').split('/')
  return { view, rest: safeDecode(rest.join('/')) }
}

const safeDecode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The fragment that leads to a view. */
export const linkTo = (view: string, rest = ''): string =>
  `#/${view}${rest === '' ? '' : `/${encodeURIComponent(rest)}`}`

const subscribe = (observer: () => void): (() => void) => {
  window.addEventListener('hashchange', observer)
  return () => window.removeEventListener('hashchange', observer)
}

export const useRoute = (): PageRoute => routeOf(useSyncExternalStore(subscribe, () => window.location.hash))
