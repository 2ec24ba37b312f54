import { fromPromise } from 'xstate'
import type { PromiseActorLogic } from 'xstate'
import { BridgeError } from '../../src/contract/errors.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import { EncoderId, OrderId } from '../../src/contract/ids.ts'
import type { EncodeSubject, Order } from '../../src/contract/order.ts'
import type { Ending } from '../../src/contract/outcome.ts'

/** One invocation of a stub actor. Settling it resolves when the chart has taken the result. */
interface Call<Output, Input> {
  readonly actor: string
  readonly input: Input
  /** Fires when the chart has left the state that invoked the actor. */
  readonly signal: AbortSignal
  resolve(output: Output): Promise<void>
  reject(code: ErrorCode, detail?: string): Promise<void>
  /** Rejects with something that is no BridgeError. */
  break(error: Error): Promise<void>
}

/** What a test may do to an invocation of any actor. */
type AnyCall = Pick<Call<never, unknown>, 'actor' | 'signal' | 'reject'>

/** Makes stub actors that do nothing until the test settles them, and keeps what the chart asked of them. */
export const createStubs = () => {
  const invoked: AnyCall[] = []
  const stub = <Output, Input>(actor: string) => {
    const calls: Call<Output, Input>[] = []
    const logic: PromiseActorLogic<Output, Input> = fromPromise(({ input, signal }) => {
      const result = new Promise<Output>((resolve, reject) => {
        // xstate listens to the result before this does, so the chart has taken it when the test goes on.
        const isTaken = async (): Promise<void> => {
          await result.catch(() => undefined)
        }
        const breakWith = (error: Error): Promise<void> => {
          reject(error)
          return isTaken()
        }
        const call: Call<Output, Input> = {
          actor,
          input,
          signal,
          resolve: (output) => {
            resolve(output)
            return isTaken()
          },
          reject: (code, detail) => breakWith(new BridgeError(code, detail)),
          break: breakWith,
        }
        calls.push(call)
        invoked.push(call)
      })
      return result
    })
    return {
      logic,
      calls,
      /** The newest invocation. */
      call: (): Call<Output, Input> => {
        const newest = calls.at(-1)
        if (newest === undefined) throw new Error(`The chart has not invoked ${actor}.`)
        return newest
      },
    }
  }
  return { stub, invoked }
}

export const encoderId = EncoderId.parse('00000000-0000-4000-8000-0000000000e1')

export const subject: EncodeSubject = {
  purpose: 'new',
  copies: 1,
  accessMethodId: '00000000-0000-4000-8000-000000000001',
  credentialId: '00000000-0000-4000-8000-000000000002',
  cardNumber: '42',
  doorIds: ['door-101'],
  startsAt: '2026-11-23T15:00:00.000Z',
  endsAt: '2026-11-25T11:00:00.000Z',
  confirmed: false,
  endsLiveKey: false,
}

export const order: Order = {
  orderId: OrderId.parse('order-1'),
  kind: 'scan',
  encoderIds: [encoderId],
  fence: 1,
  orderedAt: '2026-11-23T14:00:00.000Z',
  expiresAt: '2026-11-23T14:10:00.000Z',
  orderedBy: 'desk',
  timeZone: 'Europe/Vienna',
  origin: 'hub',
  encode: null,
  stay: null,
  assignTo: null,
  assign: null,
}

/** `{ preparing: 'queued' }` is `preparing.queued`. */
const pathOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Object.entries(value as object)
        .map(([parent, child]) => `${parent}.${pathOf(child)}`)
        .join(' ')

interface AnySnapshot {
  readonly value: unknown
  readonly output?: { readonly ending: Ending } | undefined
}

const howOf = (ending: Ending): string => {
  if ('code' in ending) return ending.code
  switch (ending.kind) {
    case 'encoded':
      return ending.proof
    case 'scanned':
      return ending.comparison.kind
    case 'assigned':
      return ending.cardNumber
    case 'carriedOut':
      return ending.remark ?? '-'
  }
}

/** What every test asks of a chart that runs. `endings` is what it gave as output, each time that it did. */
export const watch = (actor: {
  getSnapshot(): AnySnapshot
  subscribe(observer: { complete: () => void; error: (error: unknown) => void }): unknown
}) => {
  const endings: Ending[] = []
  const faults: unknown[] = []
  actor.subscribe({
    complete: () => {
      const { output } = actor.getSnapshot()
      if (output !== undefined) endings.push(output.ending)
    },
    error: (fault) => faults.push(fault),
  })
  return {
    endings,
    /** Errors that were thrown inside the chart itself. */
    faults,
    state: (): string => pathOf(actor.getSnapshot().value),
    /** `untouched order_cancelled 04A1B2C3`; the state while there is no ending. */
    outcome: (): string => {
      const [ending] = endings
      if (ending === undefined) return pathOf(actor.getSnapshot().value)
      return `${ending.kind} ${howOf(ending)} ${('uid' in ending ? ending.uid : null) ?? '-'}`
    },
  }
}
