import { assign, fromPromise, setup } from 'xstate'
import type { Card } from '../contract/card.ts'
import type { CardContent } from '../contract/card-content.ts'
import type { EncoderLease } from '../contract/encoders.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Order } from '../contract/order.ts'
import type { Comparison, Ending } from '../contract/outcome.ts'
import {
  asDelay,
  because,
  errorOf,
  faultGuards,
  heldLease,
  noFurther,
  notProvided,
  presentCard,
} from './chart.ts'
import { failedEnding } from './failed-ending.ts'

export interface ScanInput {
  readonly order: Order
  /** Milliseconds until the order expires, by the wall clock at the start. */
  readonly expiresInMs: number
}

/** What was read from the card, before it is compared with what Seam has. */
export interface ScanFinding {
  readonly record: CardContent | null
  readonly remark: string | null
}

interface ScanContext extends ScanInput {
  readonly lease: EncoderLease | null
  readonly card: Card | null
  readonly finding: ScanFinding | null
  readonly notice: ErrorCode | null
  readonly ending: Ending | null
}

export type ScanEvent =
  | { readonly type: 'session.cancel' }
  | { readonly type: 'card.notice'; readonly code: ErrorCode | null }
  | { readonly type: 'device.lost'; readonly error: BridgeError }

type Report = (event: ScanEvent) => void

/**
 * The chart of a scan. It writes nothing: whatever goes wrong leaves the card `untouched`, and a lost device is waited
 * for until the order expires.
 */
export const scanMachine = setup({
  types: {
    context: {} as ScanContext,
    events: {} as ScanEvent,
    input: {} as ScanInput,
    output: {} as { ending: Ending },
  },
  actors: {
    takeTurn: fromPromise<EncoderLease, { order: Order }>(notProvided),
    proveAlive: fromPromise<void, { lease: EncoderLease }>(notProvided),
    waitForCard: fromPromise<Card, { lease: EncoderLease; report: Report }>(notProvided),
    readCard: fromPromise<ScanFinding, { lease: EncoderLease; card: Card }>(notProvided),
    compareRecord: fromPromise<Comparison, { finding: ScanFinding }>(notProvided),
  },
  delays: {
    orderExpiry: ({ context }) => asDelay(context.expiresInMs),
    cardTimeout: 60_000,
    compareTimeout: 5_000,
  },
  guards: {
    isExpired: ({ context }) => context.expiresInMs <= 0,
    holdsLease: ({ context }) => context.lease !== null,
    ...faultGuards,
  },
  actions: {
    endUntouched: assign({
      ending: ({ context }, params: { error: unknown }) =>
        failedEnding('untouched', toBridgeError(params.error), context.card?.uid ?? null),
    }),
    endScanned: assign({
      ending: ({ context }, params: { comparison: Comparison }): Ending => {
        const { uid, technology } = presentCard(context)
        const finding = context.finding ?? noFurther('a reading')
        return {
          kind: 'scanned',
          uid,
          technology,
          record: finding.record,
          remark: finding.remark,
          comparison: params.comparison,
        }
      },
    }),
    noteCard: assign({ notice: (_, params: { code: ErrorCode | null }) => params.code }),
    takeCard: assign({ card: (_, params: { card: Card }) => params.card, notice: null }),
    forgetCard: assign({ card: null, notice: null }),
    dropLease: assign({ lease: null, card: null, notice: null }),
  },
}).createMachine({
  id: 'scan',
  context: ({ input }) => ({ ...input, lease: null, card: null, finding: null, notice: null, ending: null }),
  initial: 'working',
  states: {
    /** Nothing has been read: the session follows the card and the device. */
    working: {
      initial: 'deciding',
      after: {
        orderExpiry: { target: 'ended', actions: { type: 'endUntouched', params: because('order_expired') } },
      },
      on: {
        'session.cancel': {
          target: 'ended',
          actions: { type: 'endUntouched', params: because('order_cancelled') },
        },
        'device.lost': { guard: 'holdsLease', target: '.queued', actions: 'dropLease' },
      },
      states: {
        deciding: {
          always: [
            {
              guard: 'isExpired',
              target: '#scan.ended',
              actions: { type: 'endUntouched', params: because('order_expired') },
            },
            { target: 'queued' },
          ],
        },
        queued: {
          invoke: {
            src: 'takeTurn',
            input: ({ context }) => ({ order: context.order }),
            onDone: { target: 'leasing', actions: assign({ lease: ({ event }) => event.output }) },
            onError: { target: '#scan.ended', actions: { type: 'endUntouched', params: errorOf } },
          },
        },
        leasing: {
          invoke: {
            src: 'proveAlive',
            input: ({ context }) => ({ lease: heldLease(context) }),
            onDone: 'waitingForCard',
            onError: [
              { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              { target: '#scan.ended', actions: { type: 'endUntouched', params: errorOf } },
            ],
          },
        },
        waitingForCard: {
          entry: 'forgetCard',
          invoke: {
            src: 'waitForCard',
            input: ({ context, self }) => ({
              lease: heldLease(context),
              report: (event) => self.send(event),
            }),
            onDone: {
              target: 'reading',
              actions: { type: 'takeCard', params: ({ event }) => ({ card: event.output }) },
            },
            onError: [
              { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              { target: '#scan.ended', actions: { type: 'endUntouched', params: errorOf } },
            ],
          },
          on: { 'card.notice': { actions: { type: 'noteCard', params: ({ event }) => event } } },
          after: {
            cardTimeout: {
              target: '#scan.ended',
              actions: {
                type: 'endUntouched',
                params: ({ context }) => ({ error: new BridgeError(context.notice ?? 'card_timeout') }),
              },
            },
          },
        },
        reading: {
          invoke: {
            src: 'readCard',
            input: ({ context }) => ({
              lease: heldLease(context),
              card: presentCard(context),
            }),
            onDone: { target: '#scan.comparing', actions: assign({ finding: ({ event }) => event.output }) },
            onError: [
              { guard: { type: 'cardGone', params: errorOf }, target: 'waitingForCard' },
              { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              { target: '#scan.ended', actions: { type: 'endUntouched', params: errorOf } },
            ],
          },
        },
      },
    },

    /** The card has been read: from here on the device may go and the order may expire. */
    comparing: {
      invoke: {
        src: 'compareRecord',
        input: ({ context }) => ({ finding: context.finding ?? noFurther('a reading') }),
        onDone: {
          target: 'ended',
          actions: { type: 'endScanned', params: ({ event }) => ({ comparison: event.output }) },
        },
        onError: {
          target: 'ended',
          actions: { type: 'endScanned', params: { comparison: { kind: 'unchecked' } } },
        },
      },
      on: {
        'session.cancel': {
          target: 'ended',
          actions: { type: 'endUntouched', params: because('order_cancelled') },
        },
      },
      after: {
        compareTimeout: {
          target: 'ended',
          actions: { type: 'endScanned', params: { comparison: { kind: 'unchecked' } } },
        },
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => ({ ending: context.ending ?? noFurther('an ending') }),
})
