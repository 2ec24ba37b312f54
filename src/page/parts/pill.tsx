import type { Tone } from './notice.tsx'

/** One or two words on how something stands. */
export const Pill = ({ tone, children }: { readonly tone: Tone | 'quiet'; readonly children: string }) => (
  <span className={`pill pill-${tone}`}>{children}</span>
)
