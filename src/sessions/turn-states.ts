import { because, errorOf, heldLease } from './chart.ts'

/**
 * What every chart begins with, as parts of its own states: an order that has expired, the ways out while nothing has been
 * done, and the wait for a turn. `ended` is the chart's last state.
 */

/** Where an order that had expired before its session began goes. */
export const ifExpired = <const Ended extends string>(ended: Ended) =>
  ({
    guard: 'isExpired',
    target: ended,
    actions: { type: 'endUntouched', params: because('order_expired') },
  }) as const

/** While nothing has been done, an order may be cancelled, and a device that is lost is waited for in the queue. */
export const waysOut = <const Ended extends string>(ended: Ended) =>
  ({
    'session.cancel': {
      target: ended,
      actions: { type: 'endUntouched', params: because('order_cancelled') },
    },
    'device.lost': { guard: 'holdsLease', target: '.queued', actions: 'dropLease' },
  }) as const

/** In the queue, and then `ready` asks for a sign of life of the encoder and says where its answer leads. */
export const turnStates = <const Ended extends string, const Ready extends object>(
  ended: Ended,
  ready: Ready,
) =>
  ({
    queued: {
      invoke: {
        src: 'takeTurn',
        input: <Order>({ context }: { context: { readonly order: Order } }) => ({ order: context.order }),
        onDone: {
          target: 'leasing',
          actions: {
            type: 'takeLease',
            params: <Lease>({ event }: { event: { readonly output: Lease } }) => ({ lease: event.output }),
          },
        },
        onError: { target: ended, actions: { type: 'endUntouched', params: errorOf } },
      },
    },
    leasing: {
      invoke: {
        ...ready,
        onError: [
          { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
          { target: ended, actions: { type: 'endUntouched', params: errorOf } },
        ],
      },
    },
  }) as const

/** The sign of life where nothing else is asked. */
export const proveAlive = <const Next extends string>(next: Next) =>
  ({
    src: 'proveAlive',
    input: <Lease>({ context }: { context: { readonly lease: Lease | null } }) => ({
      lease: heldLease(context),
    }),
    onDone: next,
  }) as const
