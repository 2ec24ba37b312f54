import type { Lane } from '../../live/lanes.ts'

const isUsable = ({ encoder }: Lane): boolean => encoder.state === 'ready' || encoder.state === 'leased'

/** The lane that new cards go to: the one that was preferred, as long as it works; else the first that does. */
export const chosenLane = (lanes: readonly Lane[], preferredId: string): Lane | null => {
  const preferred = lanes.find(({ encoder }) => encoder.encoder_id === preferredId)
  if (preferred !== undefined && isUsable(preferred)) return preferred
  return lanes.find(isUsable) ?? preferred ?? lanes[0] ?? null
}
