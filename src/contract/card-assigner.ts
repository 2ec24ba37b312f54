/** Gives cards that are known by their number to access methods: the hub does it, or Seam itself. */
export interface CardAssigner {
  /**
   * Resolves once the access method is issued with this card. Rejects `outcome_unknown` when it may have been given and that can't be told
   * now: it is asked for again then, with `isRepeat`, and looks before it asks. Every other code says that it was not given:
   * `card_not_assigned` with the reason, `hub_refused`, `hub_unreachable` before anything was sent, `hub_unauthorized`, `not_paired`, `aborted`.
   */
  assign(
    wanted: {
      readonly accessMethodId: string
      readonly cardNumber: string
      /** It may have been asked for before, perhaps before a restart. */
      readonly isRepeat: boolean
    },
    signal: AbortSignal,
  ): Promise<void>
}
