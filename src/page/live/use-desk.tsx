import { createContext, use, useSyncExternalStore, type ReactNode } from 'react'
import type { Desk } from './desk.ts'
import type { DeskState } from './state.ts'

const DeskContext = createContext<Desk | null>(null)

export const DeskProvider = ({ desk, children }: { readonly desk: Desk; readonly children: ReactNode }) => (
  <DeskContext value={desk}>{children}</DeskContext>
)

/** The desk itself, for its client and its events. */
export const useDesk = (): Desk => {
  const desk = use(DeskContext)
  if (desk === null) throw new Error('A view stands outside the DeskProvider.')
  return desk
}

/** What is known of the desk now; the component is drawn again with every change. */
export const useDeskState = (): DeskState => {
  const desk = useDesk()
  return useSyncExternalStore(desk.subscribe, desk.get)
}
