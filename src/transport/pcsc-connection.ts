import { BridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import {
  explainPcscError,
  LEAVE_CARD,
  type NativeCard,
  type NativeReader,
  PROTOCOL_T0_OR_T1,
  RESET_CARD,
  SHARE_SHARED,
} from './pcsc-library.ts'

/** A card that this process holds: connected shared, in a transaction. Its calls reject as those of PcscTransport. */
export interface CardConnection {
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  control(code: number, command: Uint8Array): Promise<Uint8Array>
  /** Ends transaction and connection, behind the calls that run. Idempotent; never rejects. */
  end(isReset: boolean): Promise<void>
}

/** SCardConnect and SCardBeginTransaction wait without end while another program is in a transaction. */
const BUSY_AFTER_MS = 2500
const STATUS_BYTES = 2
/** The status behind at most 256 bytes; the package's own size (MAX_BUFFER_LEN). */
const answerBytes = 264

/** Opens something for which another program may keep us waiting. */
export interface PatientOpening<Opened> {
  /** Rejects `device_busy` when it takes too long. */
  open(): Promise<Opened>
  /** What a call that still waits may bring is ended at once. */
  cancel(): void
}

/** Nobody can cancel a call that waits, and it keeps a thread of the pool: there is never more than one of `begin`. */
export const createPatientOpening = <Opened>(
  name: string,
  clock: Clock,
  begin: () => Promise<Opened>,
  end: (opened: Opened) => void,
): PatientOpening<Opened> => {
  let waiting: Promise<Opened> | undefined
  let isWanted = false

  const beginOnce = async (): Promise<Opened> => {
    try {
      const opened = await begin()
      if (!isWanted) end(opened)
      return opened
    } catch (error) {
      throw explainPcscError(name, error)
    } finally {
      waiting = undefined
    }
  }

  return {
    open: async () => {
      isWanted = true
      waiting ??= beginOnce()
      let timer: unknown
      const tooLong = new Promise<never>((_, reject) => {
        timer = clock.setTimeout(() => {
          isWanted = false
          reject(new BridgeError('device_busy', `${name}: another program is working with the card.`))
        }, BUSY_AFTER_MS)
      })
      return Promise.race([waiting, tooLong]).finally(() => clock.clearTimeout(timer))
    },
    cancel: () => {
      isWanted = false
    },
  }
}

/** Connects to the card in a reader's slot. */
export const createCardOpening = (reader: NativeReader, clock: Clock): PatientOpening<CardConnection> =>
  createPatientOpening(
    reader.name(),
    clock,
    () => beginTransaction(reader),
    (connection) => void connection.end(false),
  )

const beginTransaction = async (reader: NativeReader): Promise<CardConnection> => {
  const card = await reader.connect(SHARE_SHARED, PROTOCOL_T0_OR_T1)
  const transaction = await card.transaction().catch(async (error: unknown) => {
    await card.disconnect(LEAVE_CARD).catch(() => undefined)
    throw error
  })
  return createConnection(reader.name(), card, transaction)
}

const createConnection = (
  name: string,
  card: NativeCard,
  transaction: Awaited<ReturnType<NativeCard['transaction']>>,
): CardConnection => {
  const exchange = createExchange(name)
  let ending: Promise<void> | undefined
  return {
    transmit: async (apdu) => {
      const answer = await exchange.run(apdu, (copy, buffer) => card.transmit(copy, buffer))
      if (answer.length >= STATUS_BYTES) return answer
      throw new BridgeError('device_fault', `${name}: the smart-card service passes on no answer.`)
    },
    control: (code, command) => exchange.run(command, (copy, answer) => card.control(code, copy, answer)),
    end: (isReset) =>
      (ending ??= exchange.after(async () => {
        await transaction.end(LEAVE_CARD).catch(() => undefined)
        await card.disconnect(isReset ? RESET_CARD : LEAVE_CARD).catch(() => undefined)
      })),
  }
}

/** Calls to one card, one at a time, as the package wants it. */
export const createExchange = (
  name: string,
): {
  run(
    bytes: Uint8Array,
    call: (copy: Uint8Array, answer: ArrayBuffer) => Promise<Uint8Array>,
  ): Promise<Uint8Array>
  after<Result>(work: () => Promise<Result>): Promise<Result>
} => {
  // The package keeps a reference to every answer's buffer for good: one buffer is lent again and again.
  const answer = new ArrayBuffer(answerBytes)
  let last: Promise<unknown> = Promise.resolve()
  const after = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  return {
    after,
    run: (bytes, call) => {
      const copy = bytes.slice()
      return after(async () => {
        try {
          return (await call(copy, answer)).slice()
        } catch (error) {
          throw explainPcscError(name, error)
        } finally {
          // Behind the call for two reasons: the package keeps bare pointers, and the bytes may be a key.
          copy.fill(0)
          new Uint8Array(answer).fill(0)
        }
      })
    },
  }
}
