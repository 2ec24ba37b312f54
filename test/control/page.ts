import { bearer, json, send, type Answer } from './request.ts'

interface Daemon {
  readonly port: number
  readonly endpoint: string
  readonly token: string
}

/** A browser that was signed in: it sends its cookie, and its Origin with whatever acts. */
export interface Page {
  readonly cookie: string
  get(path: string): Promise<Answer>
  post(path: string, body?: object): Promise<Answer>
  put(path: string, body: object): Promise<Answer>
}

export const pageWith = ({ port, endpoint }: Daemon, cookie: string): Page => {
  const act = (method: string, path: string, body: object) =>
    send(port, method, path, actingHeaders(endpoint, cookie), JSON.stringify(body))
  return {
    cookie,
    get: (path) => send(port, 'GET', path, { cookie, 'sec-fetch-site': 'same-origin' }),
    post: (path, body = {}) => act('POST', path, body),
    put: (path, body) => act('PUT', path, body),
  }
}

export const actingHeaders = (endpoint: string, cookie: string): Record<string, string> => ({
  cookie,
  origin: endpoint,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
})

/** What the holder of the control token does. */
export const atTerminal = ({ port, token }: Daemon) => ({
  get: (path: string) => send(port, 'GET', path, bearer(token)),
  post: (path: string, body: object = {}) => send(port, 'POST', path, json(token), JSON.stringify(body)),
  put: (path: string, body: object) => send(port, 'PUT', path, json(token), JSON.stringify(body)),
})

/** The code of a link that the control token has made. */
export const linkCode = async (daemon: Daemon, role = 'installer'): Promise<string> => {
  const { body } = await atTerminal(daemon).post('/v1/page_links', { role })
  return new URL((body as { url: string }).url).hash.replace('#sign-in=', '')
}

/** Signs a browser in as a person does: by a link. */
export const signIn = async (daemon: Daemon, role = 'installer'): Promise<Page> => {
  const headers = { origin: daemon.endpoint, 'content-type': 'application/json' }
  const body = JSON.stringify({ code: await linkCode(daemon, role) })
  const answer = await send(daemon.port, 'POST', '/v1/sign_in', headers, body)
  const [cookie = ''] = answer.headers['set-cookie'] ?? []
  return pageWith(daemon, cookie.split(';')[0] ?? '')
}

/** Names somebody, and returns the id. */
export const addClerk = async (daemon: Daemon, name: string, role: string, pin: string): Promise<string> => {
  const { body } = await atTerminal(daemon).post('/v1/clerks', { name, role, pin })
  return (body as { clerk_id: string }).clerk_id
}
