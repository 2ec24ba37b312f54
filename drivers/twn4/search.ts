import type { Line } from './line.ts'
import { type FoundTag, maskOf, searchTag, setTagTypes, tagTypes } from './protocol.ts'

/** What a search looks for: whatever is served, or only cards of 13.56 MHz. */
export type Scope = 'all' | 'hf'

/**
 * The masks of SetTagTypes for low and high frequency. LFTAG_AT5555 is left out: a search does not find a T5577 ("TWN4 API
 * Reference" DocRev28, §16.1.1). Whatever else lies in a wallet stays out too.
 */
const masks: Readonly<Record<Scope, readonly [lf: number, hf: number]>> = {
  all: [maskOf(tagTypes.em4102), maskOf(tagTypes.iso14443a)],
  hf: [0, maskOf(tagTypes.iso14443a)],
}

export interface Search {
  /** One search, which selects what it finds. */
  run(scope: Scope): Promise<FoundTag | undefined>
  /** Trusts the reader's tag types no longer: it may have been reset. */
  forget(): void
}

export const createSearch = (line: Line): Search => {
  let applied: Scope | undefined
  return {
    run: async (scope) => {
      if (applied !== scope) {
        applied = undefined
        await line.call(setTagTypes(...masks[scope]))
        applied = scope
      }
      return line.call(searchTag)
    },
    forget: () => {
      applied = undefined
    },
  }
}
