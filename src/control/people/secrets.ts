import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** 32 MiB and some 50 ms for each guess: a PIN is short, so that nothing but the cost of trying protects its hash. */
const cost = { N: 32_768, r: 8, p: 1, maxmem: 67_108_864 }

const stretch = (pin: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(pin, salt, 32, cost, (error, key) => (error === null ? resolve(key) : reject(error)))
  })

/** The hash of a PIN: salt and key (RFC 7914), hexadecimal. */
export const hashPin = async (pin: string): Promise<string> => {
  const salt = randomBytes(16)
  return `${salt.toString('hex')}:${(await stretch(pin, salt)).toString('hex')}`
}

/** Whether the hash is of this PIN; one that is missing costs as much time as one that is wrong. */
export const isPin = async (pin: string, hash: string | null): Promise<boolean> => {
  const [salt = '', key = ''] = (hash ?? `${'0'.repeat(32)}:`).split(':')
  const found = await stretch(pin, Buffer.from(salt, 'hex'))
  const expected = Buffer.from(key, 'hex')
  return expected.length === found.length && timingSafeEqual(found, expected)
}

/** The hash of what a badge is known by: keyed, because the numbers of badges are few enough to be tried out. */
export const hashBadge = (badge: string, key: Uint8Array): string =>
  createHmac('sha256', key).update(badge).digest('hex')

/** A secret of 256 random bits, fit for a URL, a header and a cookie. */
export const makeSecret = (): string => randomBytes(32).toString('base64url')

/** The hash of a secret that is itself long and random. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')
