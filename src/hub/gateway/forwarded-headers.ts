type Pairs = readonly (readonly [string, string])[]

/** Of one connection: RFC 9110 §7.6.1, and §11.7 for what is meant for a proxy. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export const pairsOf = (raw: readonly string[]): Pairs =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []))

/** The values of a header, each time that it was sent. */
export const valuesOf = (pairs: Pairs, wanted: string): readonly string[] =>
  pairs.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)

/** What goes on to the next server: every header as often, in the order and in the spelling that it came in, but for those of the connection. */
export const endToEnd = (pairs: Pairs): Pairs => {
  const named = valuesOf(pairs, 'connection').flatMap((value) =>
    value.split(',').map((one) => one.trim().toLowerCase()),
  )
  const dropped = new Set([...HOP_BY_HOP, ...named])
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase()))
}

export const withoutHeaders = (pairs: Pairs, ...names: readonly string[]): Pairs =>
  pairs.filter(([name]) => !names.includes(name.toLowerCase()))
