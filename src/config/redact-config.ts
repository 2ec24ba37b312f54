import { blanked, isSecretName } from './secret-names.ts'

/** Names of options that a driver of somebody else’s may have: rather one too many than one too few. */
const looksSecret = (name: string): boolean => isSecretName(name) || /key|pass|secret|token|pin$/i.test(name)

/** Long enough for a key or a password, and not the one that every card is delivered with. */
const looksLikeKey = (text: string): boolean => /^(?:[0-9A-F]{2}){4,}$/i.test(text) && !/^F+$/i.test(text)

const redact = (value: unknown, isKey: boolean): unknown => {
  if (typeof value === 'string') return isKey || looksLikeKey(value) ? blanked : value
  if (typeof value === 'number') return isKey ? blanked : value
  if (Array.isArray(value)) return value.map((item) => redact(item, isKey))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      // The path of a file with a key tells no key, and support has to know it.
      const isPath = /(?:^f|F)ile$/.test(name)
      return [name, isPath ? item : redact(item, isKey || looksSecret(name))]
    }),
  )
}

/** The values of a configuration file without keys, passwords and what looks like one. */
export const redactConfig = (values: Readonly<Record<string, unknown>>): unknown => redact(values, false)
