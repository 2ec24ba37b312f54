/**
 * Text for a terminal. What a hub, a device or a file says can hold escape sequences and reversed text, which would draw
 * over what a clerk reads: every control character becomes a visible mark.
 */
export const printable = (line: string): string => line.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD')

/** Text of JSON, in which JSON's own escapes stand for what a terminal would obey. */
export const printableJsonText = (text: string): string =>
  text.replaceAll(
    /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The document as one line of it. */
export const printableJson = (document: unknown): string => printableJsonText(JSON.stringify(document))
