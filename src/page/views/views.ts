import { Cards } from './cards/cards.tsx'
import { Deliver } from './deliver/deliver.tsx'
import { ReadCard } from './read/read-card.tsx'
import { upkeepViews } from './upkeep.ts'
import type { View } from './view.ts'

/** Every view, in the order of the navigation. The first is where the page opens. */
export const views: readonly [View, ...View[]] = [
  { id: 'cards', name: (texts) => texts.views.cards, icon: 'card', role: 'read_only', show: Cards },
  { id: 'read', name: (texts) => texts.views.read, icon: 'read', role: 'operator', show: ReadCard },
  { id: 'deliver', name: (texts) => texts.views.deliver, icon: 'deliver', role: 'operator', show: Deliver },
  ...upkeepViews,
]
