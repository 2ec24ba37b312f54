/** The code of `#sign-in=CODE`, taken out of the address before anything else sees it; null where there is none. */
export const takeSignInCode = (
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string | null => {
  const code = /^#sign-in=(?<code>.+)$/.exec(location.hash)?.groups?.['code']
  if (code === undefined) return null
  history.replaceState(null, '', `${location.pathname}${location.search}`)
  try {
    return decodeURIComponent(code)
  } catch {
    return code
  }
}
