/** What the link says while it works: a constant sentence and the facts beside it, never a token, a key or a card. */
export interface LinkLogger {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  debug(facts: object, message: string): void
}
