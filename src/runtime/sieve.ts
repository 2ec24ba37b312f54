import { blanked } from '../config/secret-names.ts'

/** Shorter ones are words that stand everywhere. */
const MIN_CHARACTERS = 4

/** What is a secret by its look alone, wherever it has come from. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // API keys and tokens of Seam (docs.seam.co, “API Keys”), and those of the hub, which begin alike.
  [/\bseam_[A-Za-z0-9_]{6,}/g, blanked],
  // Enrolment tokens of the hub.
  [/\bebe_[A-Za-z0-9_-]{6,}/g, blanked],
  [/\bBearer\s+[\w.~+/=-]+/gi, `Bearer ${blanked}`],
  // A proxy's name and password.
  [/:\/\/[^\s/@"]+:[^\s/@"]+@/g, `://${blanked}@`],
]

const escaped = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)

/** As it stands in JSON too. */
const spellings = (text: string): readonly string[] => [text, JSON.stringify(text).slice(1, -1)]

/** Anything of these, the longest first: a part must not be found before the whole. */
const anyOf = (texts: readonly string[]): RegExp | null => {
  const wanted = [...new Set(texts.flatMap(spellings))]
    .filter((text) => text.length >= MIN_CHARACTERS)
    .toSorted((a, b) => b.length - a.length)
  return wanted.length === 0 ? null : new RegExp(wanted.map(escaped).join('|'), 'gi')
}

/** Enough to tell two cards on a desk apart, too little to make one. */
const masked = (uid: string): string => `${'•'.repeat(Math.max(0, uid.length - 2))}${uid.slice(-2)}`

/**
 * What a text passes through before it leaves the computer: these secrets, whatever looks like one, and the UIDs of cards.
 * It is the last of several guards: what is known to be secret is not put into the text in the first place.
 */
export const createSieve = (
  secrets: readonly string[],
  uids: readonly string[],
): ((text: string) => string) => {
  const secret = anyOf(secrets)
  const uid = anyOf(uids)
  return (text) => {
    let clean = secret === null ? text : text.replaceAll(secret, blanked)
    for (const [pattern, put] of patterns) clean = clean.replaceAll(pattern, put)
    return uid === null ? clean : clean.replaceAll(uid, masked)
  }
}
