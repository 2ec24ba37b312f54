import { z } from 'zod'
import { EncoderChoice } from '../schema.ts'

/** Who uses the desk, and how the page signs in. */

/** What somebody may do. Each may do what those after it may. */
export const Role = z.enum(['installer', 'operator', 'read_only'])
export type Role = z.infer<typeof Role>

const ClerkId = z.uuid()
const Pin = z
  .string()
  .regex(/^\d{4,12}$/)
  .describe('4 to 12 digits')
const Name = z.string().trim().min(1).max(60)

/** `GET /v1/me`, and the answer of whatever changes it. */
export const MeResponse = z.object({
  via: z.enum(['token', 'page']).describe('By the control token, or by the page’s cookie'),
  role: Role.nullable().describe('Null while the page is locked: a clerk has to say who it is'),
  clerk: z.object({ clerk_id: ClerkId, name: z.string() }).nullable(),
  has_clerks: z.boolean().describe('false: nobody is named yet, and the page has the role of its link'),
})
export type MeResponse = z.infer<typeof MeResponse>

/** `POST /v1/page_links`: a link that signs one browser in, once, within two minutes. */
export const PageLinkRequest = z.strictObject({ role: Role.default('installer') })
export const PageLinkResponse = z.object({
  url: z
    .string()
    .describe('A secret until it is used; the code is in the fragment, which browsers send nowhere'),
  expires_at: z.iso.datetime(),
})
export type PageLinkResponse = z.infer<typeof PageLinkResponse>

/** `POST /v1/sign_in`: the one call without a token or a cookie beside the health checks; it sets the cookie. */
export const SignInRequest = z.strictObject({ code: z.string().min(1).max(100) })

export const ClerkBody = z.object({
  clerk_id: ClerkId,
  name: z.string(),
  role: Role,
  has_pin: z.boolean(),
  has_badge: z.boolean(),
})
export type ClerkBody = z.infer<typeof ClerkBody>

/** `GET /v1/clerks`; a locked page gets it too, to show whom it may be. */
export const ClerksResponse = z.object({ clerks: z.array(ClerkBody) })
export type ClerksResponse = z.infer<typeof ClerksResponse>

/** `POST /v1/clerks`. The first one must be an installer: nobody could name the others. */
export const NewClerkRequest = z.strictObject({ name: Name, role: Role, pin: Pin.optional() })

/** `PUT /v1/clerks/:clerk_id` */
export const ClerkChange = z.strictObject({
  name: Name.optional(),
  role: Role.optional(),
  pin: Pin.nullable().optional().describe('null takes it away'),
  badge: z.null().optional().describe('null takes it away; /badge learns one'),
})

/** `POST /v1/clerks/:clerk_id/badge`: learns the next card that is shown. */
export const BadgeRequest = z.strictObject({
  encoder: EncoderChoice.describe('Without one, whichever is shown a card'),
  wait_ms: z.int().min(0).max(30_000).default(25_000),
})

/** `POST /v1/switch`: says who is at the page. */
export const SwitchRequest = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('pin'), clerk_id: ClerkId, pin: Pin }),
  z
    .strictObject({
      by: z.literal('badge'),
      encoder: EncoderChoice.describe('Without one, whichever is shown a card'),
      wait_ms: z.int().min(0).max(30_000).default(25_000),
    })
    .describe('The next card that is shown says who it is'),
])
