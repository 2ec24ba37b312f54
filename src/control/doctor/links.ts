import { connect, createServer } from 'node:net'
import { type LinkPath, parseLinkPath } from '../../contract/link-path.ts'
import { findPortHolder } from '../port-holder.ts'
import type { DoctorCheck, EncoderBody } from '../schema.ts'

const ANSWER_WITHIN_MS = 3_000

/** A lock system of the configuration. */
export interface ConfiguredLink {
  readonly name: string
  readonly path?: string | undefined
  readonly encoders?: readonly { readonly name: string; readonly address: string }[] | undefined
  readonly secretFile?: string | undefined
}

/** An encoder as the running daemon has it. */
export type EncoderNow = Pick<EncoderBody, 'name' | 'path' | 'state' | 'error' | 'model'>

export interface LinkSources {
  /** The encoders of the daemon that runs; null where none does. */
  encoders(): readonly EncoderNow[] | null
  /** Reads the file with the key to the server at that path. Rejects with why it can't be used; tells nothing of what it holds. */
  readSecret(file: string, path: string): Promise<unknown>
}

type Verdict = Omit<DoctorCheck, 'name'>

const ok = (message: string): Verdict => ({ status: 'ok', message })
const failed = (message: string, next_step: string): Verdict => ({ status: 'failed', message, next_step })

/** The daemon has the one connection that many lock systems allow: it is asked, and they are left alone. */
const asTheDaemonSees = ({ name, encoders = [] }: ConfiguredLink, now: readonly EncoderNow[]): Verdict => {
  const mine = encoders.flatMap((encoder) => {
    const known = now.find((one) => one.name === encoder.name)
    return known === undefined ? [] : [{ ...encoder, ...known }]
  })
  const [first] = mine
  if (first === undefined || mine.length < encoders.length) {
    return {
      status: 'warning',
      message: `The daemon that runs does not know every encoder of ${name}.`,
      next_step: 'Start it anew: it reads the configuration at its start.',
    }
  }
  const place = first.path ?? 'it'
  if (first.error !== null && first.state !== 'ready' && first.state !== 'leased') {
    return failed(first.error.message, first.error.next_step)
  }
  if (first.state === 'opening') {
    return { status: 'warning', message: `${place} is being opened.`, next_step: 'Ask again.' }
  }
  const list = mine.map((encoder) => `${encoder.name} (${encoder.address})`).join(', ')
  return ok(
    `${first.model ?? 'The lock system'} answers at ${place}; whether it knows its encoders the first key tells: ${list}.`,
  )
}

/** Connects, says nothing, and hangs up. */
const reach = (host: string, port: number): Promise<Verdict> =>
  new Promise((resolve) => {
    const place = `${host}:${port}`
    const socket = connect({ host, port })
    const conclude = (verdict: Verdict): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(verdict)
    }
    const timer = setTimeout(
      () => conclude(failed(`${place} does not answer.`, 'Check the host, the network and its firewalls.')),
      ANSWER_WITHIN_MS,
    )
    socket.once('connect', () =>
      conclude(ok(`${place} takes connections; the daemon finds out whether it is the lock system.`)),
    )
    socket.once('error', (error: NodeJS.ErrnoException) =>
      conclude(
        ['ENOTFOUND', 'EAI_AGAIN'].includes(error.code ?? '')
          ? failed(
              `No computer is known by the name ${host}.`,
              'Correct the host in `path`, or the name server.',
            )
          : failed(
              `${place} can’t be reached: ${error.message}.`,
              'Start the lock system’s service, and check its port and the network.',
            ),
      ),
    )
  })

/** Why nothing can listen there; null when the daemon can. */
const refusalOf = (host: string, port: number): Promise<NodeJS.ErrnoException | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })

/** Listens for a moment, as the daemon will. */
const tryToListen = async (host: string, port: number): Promise<Verdict> => {
  const refusal = await refusalOf(host, port)
  if (refusal === null) return ok(`Port ${port} is free for the daemon; the lock system connects to it.`)
  if (refusal.code !== 'EADDRINUSE') {
    return failed(`Nothing can listen on ${host}:${port}: ${refusal.message}.`, 'Correct the `path`.')
  }
  return failed(
    `Port ${port} is held by ${(await findPortHolder(port)) ?? 'another program'}.`,
    'Stop that program, or choose another port here and in the lock system.',
  )
}

/** Asks for anything at all: any answer is an answer. */
const ask = async (url: string): Promise<Verdict> => {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal })
    await response.body?.cancel()
    return ok(`${new URL(url).host} answers.`)
  } catch {
    return failed(
      `${new URL(url).host} does not answer.`,
      'Check the network, a proxy, and the host in `path`.',
    )
  }
}

const tryLink = (link: LinkPath): Promise<Verdict> => {
  switch (link.kind) {
    case 'connect':
      return reach(link.host, link.port)
    case 'listen':
      return tryToListen(link.host, link.port)
    case 'request':
      return ask(link.url)
  }
}

const checkSecret = async (
  { secretFile, path = '' }: ConfiguredLink,
  sources: LinkSources,
): Promise<Verdict> => {
  if (secretFile === undefined) {
    return {
      status: 'warning',
      message: 'No key to the server is configured.',
      next_step:
        'Write the key into a file that only the user of the service can read, and name it as `secretFile`.',
    }
  }
  try {
    await sources.readSecret(secretFile, path)
    return ok(`${secretFile} is there, and nobody else can read it.`)
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error), 'Correct the file, or its path.')
  }
}

const checkLink = async (device: ConfiguredLink, sources: LinkSources): Promise<readonly DoctorCheck[]> => {
  const { name, path = '' } = device
  const link = parseLinkPath(path)
  const now = sources.encoders()
  const checks: DoctorCheck[] = []
  if (now !== null) checks.push({ name: `lock system ${name}`, ...asTheDaemonSees(device, now) })
  else if (link !== null) checks.push({ name: `lock system ${name}`, ...(await tryLink(link)) })
  if (link?.kind === 'request') {
    checks.push({ name: `key of ${name}`, ...(await checkSecret(device, sources)) })
  }
  return checks
}

/** Examines the lock systems of the configuration: through the daemon where one runs, else by themselves. */
export const checkLinks = async (
  devices: readonly ConfiguredLink[],
  sources: LinkSources,
): Promise<readonly DoctorCheck[]> => {
  const links = devices.filter(({ encoders }) => encoders !== undefined)
  return (await Promise.all(links.map((device) => checkLink(device, sources)))).flat()
}
