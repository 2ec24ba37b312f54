import type { EncodeRequest } from '../../control/schema.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { orderAndFollow } from '../order-and-follow.ts'

/** The words of `--purpose`. */
export type Purpose = NonNullable<EncodeRequest['purpose']>

/** `encoder-bridge encode`: writes the card of an access method and reads it back. */
export const encode = (
  context: Context,
  accessMethodId: string,
  options: {
    readonly data: string
    readonly encoder?: string
    readonly purpose?: Purpose
    readonly copies?: number
    readonly confirm?: boolean
  },
): Promise<ExitCode> => {
  const isConfirmed = options.confirm ?? false
  return orderAndFollow(context, {
    dataDir: options.data,
    isConfirmed,
    order: (client) =>
      client.encode({
        access_method_id: accessMethodId,
        is_confirmed: isConfirmed,
        ...(options.encoder !== undefined && { encoder: options.encoder }),
        ...(options.purpose !== undefined && { purpose: options.purpose }),
        ...(options.copies !== undefined && { copies: options.copies }),
      }),
  })
}
