import type { StayRequest } from '../../control/schema/stays.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { orderAndFollow } from '../order-and-follow.ts'

/** `encoder-bridge check-out`, `move` and `cancel-task`: what a key system is asked that makes no key. */
export const stay = (
  context: Context,
  options: { readonly data: string; readonly encoder?: string },
  request: StayRequest,
): Promise<ExitCode> =>
  orderAndFollow(context, {
    dataDir: options.data,
    isConfirmed: false,
    order: (client) =>
      client.stay({
        ...request,
        ...(options.encoder !== undefined && { encoder: options.encoder }),
      }),
  })
