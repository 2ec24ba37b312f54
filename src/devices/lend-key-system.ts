import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { DriverManifest } from '../contract/driver.ts'
import type { KeyLease } from '../contract/encoders.ts'
import type { CommandOptions, KeySystem } from '../contract/key-system.ts'

/** Which encoder of which link is lent. */
export interface Member {
  /** The name of the link in the configuration. */
  readonly system: string
  /** What the lock system calls the encoder. */
  readonly address: string
}

interface Lending {
  readonly device: KeySystem
  readonly member: Member
  readonly manifest: Pick<DriverManifest, 'keys'>
  /** Runs a call of the holder, unless the lease is over. */
  fence<T>(work: () => Promise<T>): Promise<T>
  /** Throws why the lease is over; nothing while it is not. */
  refuseWhenOver(): void
  readonly base: Pick<KeySystem, 'info' | 'probe' | 'indicate' | 'onLost' | 'close'>
}

/**
 * One encoder of a link, for its holder alone. Nothing goes out once the lease is over, not even of a call that was made before;
 * and what the driver rejects with after it has sent a command counts for an answer of the lock system only when its manifest
 * names it as one. All else is `outcome_unknown`.
 */
export const lendKeySystem = ({
  device,
  member,
  manifest,
  fence,
  refuseWhenOver,
  base,
}: Lending): Pick<KeyLease, 'kind' | 'device' | 'address' | 'system' | 'keys'> => {
  const { keys } = manifest
  if (keys === null) throw new BridgeError('internal_error', `“${member.system}” makes no keys.`)
  const { address, system } = member

  const call = <T>(encoder: string, work: () => Promise<T>): Promise<T> =>
    encoder === address
      ? fence(work)
      : Promise.reject(new BridgeError('encoder_unknown', `The lease is one of “${address}”.`))

  const command = async <T>(
    encoder: string,
    options: CommandOptions,
    send: (options: CommandOptions) => Promise<T>,
  ): Promise<T> => {
    let isSent = false
    const watched: CommandOptions = {
      signal: options.signal,
      beforeSending: () => {
        refuseWhenOver()
        options.beforeSending()
        isSent = true
      },
    }
    try {
      return await call(encoder, () => send(watched))
    } catch (cause) {
      const { code, message } = toBridgeError(cause)
      if (!isSent || code === 'outcome_unknown' || keys.refusals.includes(code)) throw cause
      throw new BridgeError('outcome_unknown', message, { cause })
    }
  }

  const readKey = device.readKey?.bind(device)
  const checkOut = device.checkOut?.bind(device)
  const moveStay = device.moveStay?.bind(device)
  const cancelTask = device.cancelTask?.bind(device)
  const scanToAssign = device.scanToAssign?.bind(device)
  return {
    kind: 'keySystem',
    address,
    system,
    keys,
    device: {
      kind: 'keySystem',
      ...base,
      makeKey: (encoder, order, options) =>
        command(encoder, options, (watched) => device.makeKey(encoder, order, watched)),
      ...(readKey && { readKey: (encoder, options) => call(encoder, () => readKey(encoder, options)) }),
      ...(checkOut && {
        checkOut: (encoder, order, options) =>
          command(encoder, options, (watched) => checkOut(encoder, order, watched)),
      }),
      ...(moveStay && {
        moveStay: (encoder, order, options) =>
          command(encoder, options, (watched) => moveStay(encoder, order, watched)),
      }),
      ...(cancelTask && {
        cancelTask: (encoder, options) =>
          command(encoder, options, (watched) => cancelTask(encoder, watched)),
      }),
      ...(scanToAssign && {
        scanToAssign: (encoder, to, options) =>
          command(encoder, options, (watched) => scanToAssign(encoder, to, watched)),
      }),
    },
  }
}
