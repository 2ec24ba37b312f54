import type { EncodeRequest } from '../../control/schema.ts'
import { chooseWork } from '../choose-work.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { orderAndFollow } from '../order-and-follow.ts'

/** The words of `--purpose`. */
export type Purpose = NonNullable<EncodeRequest['purpose']>

interface EncodeFlags {
  readonly data: string
  readonly encoder?: string
  readonly purpose?: Purpose
  readonly copies?: number
  readonly confirm?: boolean
}

/**
 * `encoder-bridge encode`: writes the card of an access method and reads it back. Without one the clerk chooses among the cards that
 * wait; one that is known by its number is read and given to the access method instead.
 */
export const encode = async (
  context: Context,
  accessMethodId: string | undefined,
  options: EncodeFlags,
): Promise<ExitCode> => {
  const chosen =
    accessMethodId === undefined
      ? await chooseWork(() => openControlClient(options.data), context.terminal)
      : ({ access_method_id: accessMethodId, action: 'encode' } as const)
  const isConfirmed = options.confirm ?? false
  const target = {
    access_method_id: chosen.access_method_id,
    ...(options.encoder !== undefined && { encoder: options.encoder }),
  }
  return orderAndFollow(context, {
    dataDir: options.data,
    isConfirmed,
    order: (client) =>
      chosen.action === 'assign'
        ? client.assign(target)
        : client.encode({
            ...target,
            is_confirmed: isConfirmed,
            ...(options.purpose !== undefined && { purpose: options.purpose }),
            ...(options.copies !== undefined && { copies: options.copies }),
          }),
  })
}
