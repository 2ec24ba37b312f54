import { createHash, randomBytes, randomInt } from 'node:crypto'

/** API keys begin as the official clients want them; `seam_at`, `seam_cst` and `seam_pk` would be other kinds of token. */
export const makeApiKey = (): string => `seam_hub_${randomBytes(24).toString('hex')}`

export const makeBridgeToken = (): string => `seam_brg_${randomBytes(24).toString('hex')}`

/** The prefix is fixed, so that scanners for leaked secrets can know it. */
export const ENROLMENT_TOKEN_PREFIX = 'ebe_'

export const makeEnrolmentToken = (): string => `${ENROLMENT_TOKEN_PREFIX}${randomBytes(24).toString('hex')}`

/** A client session's, as the official clients want it. */
export const makeClientSessionToken = (): string => `seam_cst_hub_${randomBytes(24).toString('hex')}`

/** 144 random bits: whoever knows the address of an Instant Key has the key. */
export const makeInstantKeyToken = (): string => randomBytes(18).toString('base64url')

/** As Svix has it: 24 bytes in base64 behind the prefix. */
export const makeWebhookSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`

/** Tokens are random and long, so a plain SHA-256 is enough to store them. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** 32 bytes for the MAC of card records, base64. */
export const makeSiteKey = (): string => randomBytes(32).toString('base64')

/** Without the letters and digits that people confuse: 0 O, 1 I L, 5 S, 8 B, 2 Z. */
const CODE_ALPHABET = 'ACDEFGHJKMNPQRTUVWXY34679'

/** Six characters, as the session's schema wants. */
export const makePairingCode = (): string =>
  Array.from({ length: 6 }, () => CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length))).join('')

/** 40 random bits, as many as an EM4100 holds, as decimal digits. */
export const makeCardNumber = (): string => String(randomBytes(5).readUIntBE(0, 5))

export const makePinCode = (): string => String(randomInt(100_000, 1_000_000))
