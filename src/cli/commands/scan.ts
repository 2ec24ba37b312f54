import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { orderAndFollow } from '../order-and-follow.ts'

/** `encoder-bridge scan`: reads a card and compares it with what Seam has, or has Seam make it somebody's. */
export const scan = (
  context: Context,
  options: { readonly data: string; readonly encoder?: string; readonly assignToUser?: string },
): Promise<ExitCode> =>
  orderAndFollow(context, {
    dataDir: options.data,
    isConfirmed: false,
    order: (client) =>
      client.scan({
        ...(options.encoder !== undefined && { encoder: options.encoder }),
        ...(options.assignToUser !== undefined && { user_identity_id: options.assignToUser }),
      }),
  })
