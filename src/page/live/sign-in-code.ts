const pattern = /^#sign-in=(?<code>.+)$/

/** The code of `#sign-in=CODE`, taken out of the address before anything else sees it; null where there is none. */
export const takeSignInCode = (
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string | null => {
  const code = pattern.exec(location.hash)?.groups?.['code']
  if (code === undefined) return null
  history.replaceState(null, '', `${location.pathname}${location.search}`)
  try {
    return decodeURIComponent(code)
  } catch {
    return code
  }
}

/** A link that is opened in a page that stands already changes the fragment only: the page begins anew with it. */
export const beginAnewAtSignIn = (page: Window): void => {
  page.addEventListener('hashchange', () => {
    if (pattern.test(page.location.hash)) page.location.reload()
  })
}
