import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { orderAndFollow } from '../order-and-follow.ts'

/** `encoder-bridge assign`: reads the next card that is shown, and has it given to an access method by its number. */
export const assign = (
  context: Context,
  accessMethodId: string,
  options: { readonly data: string; readonly encoder?: string },
): Promise<ExitCode> =>
  orderAndFollow(context, {
    dataDir: options.data,
    isConfirmed: false,
    order: (client) =>
      client.assign({
        access_method_id: accessMethodId,
        ...(options.encoder !== undefined && { encoder: options.encoder }),
      }),
  })
