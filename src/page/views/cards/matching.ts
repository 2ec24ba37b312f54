import type { WorkResponse } from '../../../control/schema/work.ts'

import type { Texts } from '../../texts/en.ts'

export type WorkItem = WorkResponse['items'][number]

const plain = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()

const searched = ({
  doors,
  reservation_key: key,
  access_grant_id: grant,
  access_method_id: method,
}: WorkItem) => [...doors.map((door) => door.display_name), key ?? '', grant, method].map(plain)

/** The name of what opens: the first door, and how many more. */
export const titleOf = (doors: readonly string[], { cards }: Texts): string => {
  const [first, ...more] = doors
  return first === undefined ? cards.noDoors : cards.doors(first, more.length)
}

/** What waits and bears every word of the filter, soonest arrival first. */
export const matching = (items: readonly WorkItem[], filter: string): readonly WorkItem[] => {
  const words = plain(filter)
    .split(/\s+/)
    .filter((word) => word !== '')
  return items
    .filter((item) => {
      const texts = searched(item)
      return words.every((word) => texts.some((text) => text.includes(word)))
    })
    .toSorted((a, b) => a.starts_at.localeCompare(b.starts_at))
}
