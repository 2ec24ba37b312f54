import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createControlClient, type ControlClient } from '../../src/client/index.ts'
import { runCommand } from '../support/command.ts'
import { root } from '../support/repository.ts'
import { openSite, poll, type Site } from '../support/site.ts'

/** Nine digits, the longest that Seam takes: by chance they stand nowhere. */
const PIN = '907856341'

const LOOK_EVERY_MS = 25

/** A grant with every mode of the guide to delivering (docs.seam.co, “Delivering Access Methods”); its id. */
const grantEveryMode = async (site: Site): Promise<string> => {
  const identity = await site.seam.userIdentities.create({ full_name: 'A Guest' })
  const [entrance] = await site.seam.acs.entrances.list()
  const body = await site.post('/access_grants/create', {
    user_identity_id: identity.user_identity_id,
    acs_entrance_ids: [entrance?.acs_entrance_id],
    requested_access_methods: [
      { mode: 'code', code: PIN },
      { mode: 'card' },
      { mode: 'mobile_key' },
      { mode: 'cloud_key' },
    ],
    starts_at: new Date(Date.now() - 60_000).toISOString(),
    ends_at: new Date(Date.now() + 86_400_000).toISOString(),
  })
  return (body['access_grant'] as unknown as { readonly access_grant_id: string }).access_grant_id
}

/** The documented client, and every message of the events as it crosses the line. */
const openClient = async ({ deskDir }: Site) => {
  const { endpoint } = JSON.parse(readFileSync(join(deskDir, 'daemon.json'), 'utf8')) as { endpoint: string }
  const token = readFileSync(join(deskDir, 'control-token'), 'utf8').trim()
  const messages: string[] = []
  const client = createControlClient({
    endpoint,
    token,
    openSocket: (url) => {
      const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
      socket.on('message', (data: Buffer) => messages.push(data.toString('utf8')))
      return socket
    },
  })
  const following = client.events({ log: 'true', reveal: 'true' }, { onEvent: () => {}, onEnd: () => {} })
  await poll(() => Promise.resolve(messages.length > 0 ? true : null))
  return { client, messages, [Symbol.dispose]: following.close }
}

/** Every secret that the desk may be asked for, by its name, as the control API reveals it. */
const revealAll = async (client: ControlClient, access_grant_id: string) => {
  const revealed: Record<string, string> = {}
  const { grants } = await client.grants({ access_grant_id })
  for (const { access_method_id, mode, secrets } of grants.flatMap((grant) => grant.access_methods)) {
    for (const secret of secrets) {
      const { value } = await client.reveal({ access_method_id, secret })
      revealed[`${mode} ${secret}`] = value
    }
  }
  return revealed
}

/** Names and bytes, one character for each. */
const filesIn = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')])

/** The command lines of every process of the computer while it is watched. Only Linux tells them so. */
const watchCommandLines = () => {
  const seen = new Set<string>()
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return { seen, look, [Symbol.dispose]: () => clearInterval(timer) }
}

/** Everything that the desk keeps, prints or tells of itself, by the name of the place. */
const placesOf = async (
  { deskDir }: Site,
  client: ControlClient,
): Promise<Readonly<Record<string, string>>> => {
  const bundle = Object.entries(unzipSync(await client.bundle()))
  const named = (kind: string, files: readonly (readonly [string, string])[]) =>
    Object.fromEntries(files.map(([name, text]) => [`${kind}: ${name}`, text]))
  return {
    'GET /v1/log': JSON.stringify(await client.log({ limit: 2000 })),
    'GET /v1/audit': await new Response(await client.audit()).text(),
    ...named(
      'bundle',
      bundle.map(([name, bytes]) => [name, strFromU8(bytes)]),
    ),
    ...named('data directory', filesIn(deskDir)),
    ...named('page', filesIn(join(root, 'dist/page'))),
  }
}

test(
  'what a guest is handed is shown to whoever asks for it, and stays nowhere at the desk',
  { timeout: 60_000 },
  async () => {
    await using site = await openSite({ joinsDemo: true, uid: 'DEADBEEF' })
    const daemon = site.startDaemon()
    await daemon.ready
    await site.encoderId()
    using desk = await openClient(site)
    using processes = watchCommandLines()
    await desk.client.startCapture()

    const grantId = await grantEveryMode(site)
    const methods = await site.seam.accessMethods.list({ access_grant_id: grantId })
    expect(methods.map(({ mode }) => mode)).toEqual(['code', 'card', 'mobile_key', 'cloud_key'])
    const [, card, mobileKey] = methods
    const revealed = await revealAll(desk.client, grantId)
    // A card is made, and a cloud key opens by itself: there is nothing of them to reveal.
    expect(revealed).toEqual({
      'code code': PIN,
      'mobile_key instant_key_url': mobileKey?.instant_key_url,
      'mobile_key client_session_token': mobileKey?.client_session_token,
    })
    const delivering = runCommand(['deliver', grantId, '--reveal', '--data', site.deskDir])
    processes.look()
    const delivered = await delivering
    expect(delivered.code, delivered.stderr).toBe(0)
    for (const [name, secret] of Object.entries(revealed)) expect(delivered.stdout, name).toContain(secret)

    // Events come in their order: once the card's ending is told, so is whatever the reveals have caused.
    const cardId = card?.access_method_id ?? ''
    const encoded = await runCommand(['encode', cardId, '--confirm', '--data', site.deskDir])
    expect(encoded.code, encoded.stderr).toBe(0)
    await poll(() =>
      Promise.resolve(desk.messages.some((text) => text.includes('"state":"ended"')) ? true : null),
    )
    await desk.client.stopCapture()

    const places = {
      ...(await placesOf(site, desk.client)),
      events: desk.messages.join('\n'),
      'standard output and error': daemon.output(),
      'standard error of deliver and encode': delivered.stderr + encoded.stderr,
      'command lines': [...processes.seen].join('\n'),
    }
    // Where each would be if it were anywhere: the places do tell what happened around it.
    expect(places).toMatchObject({
      'GET /v1/log': expect.stringContaining('session ended'),
      'GET /v1/audit': expect.stringContaining('"revealed"'),
      'bundle: log.jsonl': expect.stringContaining('session ended'),
      'bundle: capture.jsonl': expect.stringContaining('"capture":"stopped"'),
      'bundle: audit.jsonl': expect.stringContaining('"revealed"'),
      'data directory: journal.db': expect.stringContaining('SQLite format 3'),
      'data directory: journal.db-wal': expect.stringContaining('revealed'),
      'page: index.html': expect.stringContaining('<script'),
      events: expect.stringContaining('session ended'),
      'standard output and error': expect.stringContaining('session ended'),
      'command lines': expect.stringContaining(`deliver ${grantId} --reveal`),
    })
    const found = Object.entries(places).flatMap(([place, text]) =>
      Object.entries(revealed)
        // Of an address the last part is the secret.
        .filter(([, secret]) => text.includes(secret.slice(secret.lastIndexOf('/') + 1)))
        .map(([name]) => `${name} in ${place}`),
    )
    expect(found).toEqual([])
  },
)
