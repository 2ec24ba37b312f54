import type { IncomingHttpHeaders } from 'node:http'
import { nobody, tokenHolder, type Caller } from '../caller.ts'
import { isSameToken } from '../token.ts'
import { cookieOf } from './cookie.ts'
import type { Pages } from './pages.ts'

/** Tells who calls, by the headers of a request: the control token, else the page's cookie. */
export const createCallers =
  (token: string, pages: Pick<Pages, 'callerOf'>) =>
  ({ authorization, cookie: header }: IncomingHttpHeaders): Caller => {
    if (authorization !== undefined) {
      const given = /^Bearer (\S+)$/i.exec(authorization)?.[1]
      return given !== undefined && isSameToken(given, token) ? tokenHolder : nobody
    }
    const cookie = cookieOf(header)
    return (cookie === null ? null : pages.callerOf(cookie)) ?? nobody
  }
