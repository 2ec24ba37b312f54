import type { View } from './view.ts'

/** The views of whoever installs and looks after the desk. */
export const upkeepViews: readonly View[] = []
