const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** True for https, and for http on this computer: nothing secret crosses a network in the clear. */
export const isSafeEndpoint = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname))
}
