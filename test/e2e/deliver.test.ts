import { expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'
import { openSite, poll } from '../support/site.ts'

test(
  'what a hub has issued is delivered at the command line, its PIN only when it is asked for',
  { timeout: 60_000 },
  async () => {
    await using site = await openSite({ uid: 'DEADBEEF' })
    const [entrance] = await site.seam.acs.entrances.list()
    if (entrance === undefined) throw new Error('the demo has no entrance')
    const system = ['--system', entrance.acs_system_id]
    const pairing = ['--hub', site.endpoint, '--api-key', site.apiKey, ...system]
    expect((await runCommand(['pair', '--data', site.deskDir, ...pairing])).code).toBe(0)
    await site.startDaemon().ready
    const identity = await site.seam.userIdentities.create({ full_name: 'A Guest' })
    const grant = await site.seam.accessGrants.create({
      user_identity_id: identity.user_identity_id,
      acs_entrance_ids: [entrance.acs_entrance_id],
      requested_access_methods: [{ mode: 'card' }, { mode: 'code' }],
      starts_at: new Date(Date.now() - 60_000).toISOString(),
      ends_at: new Date(Date.now() + 86_400_000).toISOString(),
    })
    const id = grant.access_grant_id
    const deliver = (...words: string[]) => runCommand(['deliver', id, ...words, '--data', site.deskDir])
    const methods = await site.seam.accessMethods.list({ access_grant_id: id })
    const code = await poll(async () => {
      const found = await site.seam.accessMethods.list({ access_grant_id: id })
      const issued = found.find((one) => one.mode === 'code' && one.is_issued)
      return issued?.code ?? null
    })
    const card = methods.find(({ mode }) => mode === 'card')?.access_method_id ?? ''

    const shown = await poll(async () => {
      const answer = await deliver()
      return answer.code === 0 ? answer : null
    })
    expect(shown.stdout).toContain(`Card: to be encoded: encoder-bridge encode ${card}`)
    expect(shown.stdout).toContain('PIN code: issued: tell the guest')
    expect(shown.stdout).not.toContain(code)

    const encoded = await runCommand(['encode', card, '--confirm', '--data', site.deskDir])
    expect(encoded.code, encoded.stdout + encoded.stderr).toBe(0)
    const revealed = await poll(async () => {
      const answer = await deliver('--reveal')
      return answer.stdout.includes('Card: issued') ? answer : null
    })
    expect(revealed.stdout).toContain('Card: issued: the card may be handed out')
    expect(revealed.stdout).toContain(code)
  },
)
