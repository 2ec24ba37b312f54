/** The names under which a secret could stand in a line of the log, in letters of one case and without underscores. */
const secretNames: ReadonlySet<string> = new Set([
  'token',
  'clientsessiontoken',
  'apikey',
  'key',
  'keys',
  'password',
  'secret',
  'pin',
  'data',
  'memory',
  'authorization',
  'cookie',
  'pairingcode',
  'instantkeyurl',
])

export const blanked = '[secret]'

export const isSecretName = (name: string): boolean =>
  secretNames.has(name.replaceAll(/[_-]/g, '').toLowerCase())

/** How deep a line of the log is looked into; what lies below is no longer told at all. */
const MAX_DEPTH = 8

/** The same value with whatever bears a secret's name blanked, at any depth. */
export const blankNamed = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return blanked
  if (Array.isArray(value)) return value.map((item) => blankNamed(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecretName(name) ? blanked : blankNamed(item, depth + 1),
    ]),
  )
}
