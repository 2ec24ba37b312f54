import { EncoderId } from '../../../src/contract/ids.ts'
import { systemClock as hubClock } from '../../../src/hub/clock.ts'
import { systemClock } from '../../../src/service/system-clock.ts'
import { openRestDesk, type RestDesk } from '../../../src/seam/rest/rest-desk.ts'
import { createSeamClient, type SeamClient } from '../../../src/seam/rest/seam-client.ts'
import { createWaitingCards } from '../../../src/seam/rest/waiting-cards.ts'
import { encoderNamed } from '../../hub/fake-bridge.ts'
import type { TestHub } from '../../hub/hub-fixture.ts'
import { straight } from '../desk.ts'

export const never = new AbortController().signal

const DAY_MS = 86_400_000
export const fromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString()

/** A hub in Seam's place, on the real clock, and a desk that works with it over REST alone. */
export const openSeamAndDesk = async (base: TestHub, { acsSystemIds = null as string[] | null } = {}) => {
  const hub = await base.restart({ clock: hubClock })
  const [system] = (await hub.post('/acs/systems/list')).body.acs_systems
  const { acs_entrances } = (await hub.post('/acs/entrances/list')).body
  await hub.post('/acs/systems/simulate/card_issuing', {
    acs_system_id: system.acs_system_id,
    card_issuing: 'assignment',
  })
  let opened: RestDesk | null = null
  const openDesk = (): RestDesk =>
    (opened ??= openRestDesk({
      endpoint: hub.endpoint,
      apiKey: hub.apiKey,
      network: straight,
      acsSystemIds,
      pollMs: 30_000,
      timeZone: 'Europe/Vienna',
      reported: null,
      encoders: { list: () => [], onChange: () => () => undefined },
      clock: systemClock,
      wallClock: () => new Date(),
      random: Math.random,
      logger: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    }))
  /** The questions that were put to Seam, by their addresses. */
  const asked: string[] = []
  const openWaitingCards = () => {
    const client = createSeamClient({
      address: { endpoint: hub.endpoint, token: hub.apiKey, network: straight },
      clock: systemClock,
      wallClock: () => new Date(),
      onOutcome: () => undefined,
    })
    const ask: SeamClient['ask'] = (path, ...rest) => {
      asked.push(path)
      return client.ask(path, ...rest)
    }
    return createWaitingCards({
      client: { ...client, ask },
      acsSystemIds,
      timeZone: 'Europe/Vienna',
      wallClock: () => new Date(),
    })
  }
  const newGuest = async (): Promise<string> =>
    (await hub.post('/user_identities/create', { full_name: 'Ada Guest' })).body.user_identity
      .user_identity_id
  /** A grant with these ways in, and the ids of both. */
  const grant = async (modes: readonly string[], user_identity_id: string, more: object = {}) => {
    const { body } = await hub.post('/access_grants/create', {
      user_identity_id,
      name: 'Ada Guest’s stay',
      acs_entrance_ids: [acs_entrances[1].acs_entrance_id],
      starts_at: fromNow(-1),
      ends_at: fromNow(1),
      requested_access_methods: modes.map((mode) => ({ mode })),
      ...more,
    })
    const { access_grant_id: grantId, access_method_ids: methodIds } = body.access_grant
    return { grantId: grantId as string, methodIds: methodIds as string[] }
  }
  /** Makes a card of this number known to Seam as the guest's, as somebody with an encoder does. */
  const register = async (cardNumber: string, user_identity_id: string): Promise<void> => {
    const encoder = encoderNamed('Elsewhere', { acs_encoder_id: EncoderId.parse(crypto.randomUUID()) })
    const bridge = await hub.bridge([encoder], await hub.pair(cardNumber, hub.apiKey, system.acs_system_id))
    const { acs_encoder_id } = encoder
    await hub.post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, user_identity_id })
    const { order_id } = await bridge.takeOrder()
    await bridge.report(order_id, {
      kind: 'scanned',
      card_uid: null,
      technology: 'barcode',
      card_number: cardNumber,
      record: null,
      remark: null,
    })
  }
  const flagsOf = async (access_method_id: string) =>
    (await hub.post('/access_methods/get', { access_method_id })).body.access_method
  const close = async (): Promise<void> => {
    opened?.close()
    await hub.close()
  }
  return {
    hub,
    acsSystemId: system.acs_system_id as string,
    get desk() {
      return openDesk()
    },
    asked,
    openWaitingCards,
    grant,
    newGuest,
    register,
    flagsOf,
    [Symbol.asyncDispose]: close,
  }
}
