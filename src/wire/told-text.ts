/**
 * What a lock system says in words, fit for a sentence on a clerk's screen and in a log: control characters and those that turn the
 * direction of writing become blanks, and what is too long is cut.
 */
export const toldText = (text: string, maxLength: number): string =>
  text
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, ' ')
    .slice(0, maxLength)
    .trim()
