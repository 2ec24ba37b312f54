import { randomUUID } from 'node:crypto'
import { type EncoderId, OrderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import { BridgeError } from '../contract/errors.ts'
import type { EncodeSubject, Order, StaySubject } from '../contract/order.ts'
import { findTimeZone, needTimeZone } from './time-zone.ts'

/** How long an order of the desk waits for its turn and its card. */
const DESK_ORDER_MS = 10 * 60_000

/**
 * When the record of a test card was valid, long ago. It is no date to which a lock falls back that has lost its clock (1970,
 * 2000), so that none takes the record for a valid one.
 */
const TEST_VALIDITY = { startsAt: '2010-01-01T00:00:00.000Z', endsAt: '2010-01-01T00:01:00.000Z' } as const

/** What a test card holds: nobody's credential, no door, and an end that has passed. Any later order may overwrite it. */
const testSubject = (): NonNullable<Order['encode']> => ({
  purpose: 'additional',
  copies: 1,
  accessMethodId: randomUUID(),
  credentialId: randomUUID(),
  cardNumber: '0',
  doorIds: [],
  ...TEST_VALIDITY,
  confirmed: false,
  endsLiveKey: false,
})

/**
 * Orders of the desk's own: they report to nobody but those who watch them here. The desk stands in the property, so that
 * its time zone is the property's. Each returns the order's id; one whose times need a zone throws `config_invalid` where
 * this computer's is not known.
 */
export const createDeskOrders = (
  journal: Pick<Journal, 'accept' | 'highestFence' | 'open' | 'siteKeys'>,
  wallClock: () => Date,
  /** Whether what an encoder writes bears its own end: without one a card of nobody's is valid for ever. */
  bearsEnd: (encoderId: EncoderId) => boolean,
) => {
  const place = (
    encoderId: EncoderId,
    subject: Pick<Order, 'kind' | 'timeZone' | 'orderedBy'> &
      Partial<Pick<Order, 'encode' | 'stay' | 'assign' | 'assignTo' | 'fence'>>,
  ): OrderId => {
    const orderId = OrderId.parse(`desk-${randomUUID()}`)
    const now = wallClock().getTime()
    journal.accept({
      encode: null,
      stay: null,
      assign: null,
      assignTo: null,
      fence: 0,
      ...subject,
      orderId,
      encoderIds: [encoderId],
      orderedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + DESK_ORDER_MS).toISOString(),
      origin: 'desk',
    })
    return orderId
  }
  /** One access method belongs to one card, so that no second order stands beside an open one, whichever clerk gives it. */
  const refuseBeside = (accessMethodId: string): void => {
    const isOpen = journal
      .open()
      .some(({ order }) => (order.encode ?? order.assign)?.accessMethodId === accessMethodId)
    if (isOpen)
      throw new BridgeError('request_invalid', 'A card for this access method is being made already.')
  }
  return {
    /** With a user identity the card becomes theirs in Seam: at encoders that assign. */
    scan: (encoderId: EncoderId, orderedBy: string, userIdentityId: string | null): OrderId => {
      const timeZone = findTimeZone() ?? 'UTC'
      if (userIdentityId === null) return place(encoderId, { kind: 'scan', timeZone, orderedBy })
      const assignTo = { acsUserId: null, userIdentityId }
      return place(encoderId, { kind: 'scan_to_assign', assignTo, timeZone, orderedBy })
    },
    assign: (encoderId: EncoderId, accessMethodId: string, orderedBy: string): OrderId => {
      refuseBeside(accessMethodId)
      return place(encoderId, {
        kind: 'assign',
        assign: { accessMethodId },
        timeZone: findTimeZone() ?? 'UTC',
        orderedBy,
      })
    },
    /** At an encoder of Seam's. */
    encode: (encoderId: EncoderId, encode: EncodeSubject, orderedBy: string): OrderId => {
      refuseBeside(encode.accessMethodId)
      return place(encoderId, {
        kind: 'encode',
        encode,
        // Over every fence before, though the clock was put back since.
        fence: Math.max(wallClock().getTime(), (journal.highestFence(encode.accessMethodId) ?? 0) + 1),
        timeZone: findTimeZone() ?? 'UTC',
        orderedBy,
      })
    },
    /** Throws `not_paired` without the site's keys, `not_supported` where no record is written. */
    test: (encoderId: EncoderId, orderedBy: string): OrderId => {
      if (journal.siteKeys() === null) {
        throw new BridgeError('not_paired', 'A record bears the site’s key, and none has arrived yet.')
      }
      if (!bearsEnd(encoderId)) {
        throw new BridgeError(
          'not_supported',
          'The layout of this encoder writes no end: give it the layout “demo” for a test, or scan a card.',
        )
      }
      const timeZone = findTimeZone() ?? 'UTC'
      return place(encoderId, { kind: 'encode', timeZone, encode: testSubject(), orderedBy })
    },
    stay: (encoderId: EncoderId, stay: StaySubject, orderedBy: string): OrderId => {
      const hasTime = stay.kind === 'moveStay' && stay.endsAt !== null
      return place(encoderId, {
        kind: 'stay',
        stay,
        orderedBy,
        timeZone: hasTime ? needTimeZone() : (findTimeZone() ?? 'UTC'),
      })
    },
  }
}
