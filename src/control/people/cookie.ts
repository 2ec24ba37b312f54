import { fastifyCookie } from '@fastify/cookie'

/** A browser keeps cookies for each host, whatever its port: so the name tells whose it is. */
const NAME = 'encoder_bridge'

/** The page's cookie among those of a request; null where there is none. */
export const cookieOf = (header: string | undefined): string | null =>
  fastifyCookie.parse(header ?? '')[NAME] ?? null

const shared = { httpOnly: true, sameSite: 'strict', path: '/' } as const

/**
 * The header that sets the cookie: out of reach for scripts, and sent with what the page itself asks for alone. Not `Secure`:
 * the page comes over plain loopback.
 */
export const setCookie = (cookie: string, lastsMs: number): string =>
  fastifyCookie.serialize(NAME, cookie, { ...shared, maxAge: Math.floor(lastsMs / 1000) })

/** The header that takes it back. */
export const dropCookie = (): string => fastifyCookie.serialize(NAME, '', { ...shared, maxAge: 0 })
