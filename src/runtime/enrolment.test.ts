import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { askHub } from '../../test/hub/hub-fixture.ts'
import { createFakeClock } from '../../test/hub/fake-clock.ts'
import { startHub } from '../hub/hub.ts'
import { openJournal } from '../journal/journal.ts'
import { enrolUnpaired, readEnrolmentToken } from './enrolment.ts'
import { createPairing } from './pairing.ts'

const openRig = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'enrol-'))
  const hub = await startHub({
    dataDir: join(dir, 'hub'),
    port: 0,
    seed: 'demo',
    logger: pino({ level: 'silent' }),
  })
  const ask = async (path: string, body: object) => (await askHub(hub.endpoint, path, body, hub.apiKey)).body
  const { acs_systems: systems } = await ask('/acs/systems/list', {})
  const { acs_system_id } = systems[0]
  const made = await ask('/enrolment_tokens/create', { acs_system_id })
  const tokenFile = join(dir, 'token')
  const journal = openJournal({ path: join(dir, 'journal.db') })
  let notePaired = (): void => undefined
  const paired = new Promise<void>((resolve) => {
    notePaired = resolve
  })
  const pairing = createPairing(journal, { ca: null, proxy: null, noProxy: '' }, notePaired)
  const clock = createFakeClock()
  const log: string[] = []
  let heard = (): void => undefined
  const warned = () =>
    new Promise<void>((resolve) => {
      heard = resolve
    })
  const write = (line: string): void => {
    log.push(line)
    heard()
  }
  const logger = pino({ level: 'info' }, { write })
  let stop = (): void => undefined
  return {
    hub,
    token: made.enrolment_tokens[0].token as string,
    tokenFile,
    acs_system_id: acs_system_id as string,
    journal,
    paired,
    clock,
    log,
    warned,
    writeToken: async (token: string) => {
      await writeFile(tokenFile, `${token}\n`)
      await chmod(tokenFile, 0o600)
    },
    start: () => {
      stop = enrolUnpaired(
        { endpoint: hub.endpoint, enrolmentTokenFile: tokenFile },
        journal,
        pairing,
        clock,
        logger,
      )
    },
    [Symbol.asyncDispose]: async () => {
      stop()
      pairing.close()
      journal.close()
      await hub.close()
      await rm(dir, { recursive: true })
    },
  }
}

describe('a daemon that belongs to nobody', () => {
  test('pairs itself with its enrolment token, into the token’s own access system', async () => {
    await using rig = await openRig()
    await rig.writeToken(rig.token)
    rig.start()
    await rig.paired
    expect(rig.journal.pairing()).toMatchObject({
      hubEndpoint: rig.hub.endpoint,
      acsSystemId: rig.acs_system_id,
    })
    expect(rig.log.join('')).not.toContain(rig.token)
  })

  test('says what is wrong with a token, and takes a better one when it comes', async () => {
    await using rig = await openRig()
    await rig.writeToken(`ebe_${'0'.repeat(48)}`)
    const warned = rig.warned()
    rig.start()
    await warned
    expect(rig.log.join('')).toContain('It does not accept the enrolment token.')
    expect(rig.journal.pairing()).toBeNull()
    await rig.writeToken(rig.token)
    rig.clock.advance(300_000)
    await rig.paired
    expect(rig.journal.pairing()).toMatchObject({ acsSystemId: rig.acs_system_id })
  })

  test('that is paired already leaves its token alone', async () => {
    await using rig = await openRig()
    await rig.writeToken(rig.token)
    const pairing = {
      hubEndpoint: rig.hub.endpoint,
      bridgeId: 'b',
      acsSystemId: 's',
      token: 't',
      machine: [],
    }
    rig.journal.setPairing(pairing)
    rig.start()
    const unused = await askHub(rig.hub.endpoint, '/enrolment_tokens/list', {}, rig.hub.apiKey)
    expect(unused.body.enrolment_tokens).toMatchObject([{ state: 'unused' }])
    expect(rig.journal.pairing()).toMatchObject(pairing)
  })
})

describe('the file of an enrolment token', () => {
  test('that holds something else is refused, without telling it', async () => {
    await using rig = await openRig()
    await rig.writeToken('seam_hub_secret')
    expect(() => readEnrolmentToken(rig.tokenFile)).toThrow('holds no enrolment token')
    expect(() => readEnrolmentToken(rig.tokenFile)).not.toThrow('seam_hub_secret')
  })

  test.skipIf(process.platform === 'win32')(
    'that others can read is refused (no such modes on Windows)',
    async () => {
      await using rig = await openRig()
      await rig.writeToken(rig.token)
      await chmod(rig.tokenFile, 0o644)
      expect(() => readEnrolmentToken(rig.tokenFile)).toThrow('can be read by others')
    },
  )
})
