import { z } from 'zod'

/** What monitors ask; the first two want no token. */

/** `GET /healthz` */
export const HealthResponse = z.object({ status: z.literal('ok'), version: z.string() })

/** `GET /readyz` */
export const ReadyResponse = z.object({
  status: z.enum(['ready', 'not_ready']),
  failing: z
    .array(z.enum(['journal', 'devices']))
    .describe('journal: the disk takes no write; devices: nothing looks after them any more'),
})

/** `GET /metrics` */
export const MetricsText = z.string().describe('OpenMetrics text; its names begin with encoder_bridge_')
