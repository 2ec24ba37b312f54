import type { WorkResponse } from '../../../control/schema/work.ts'

export type WorkItem = WorkResponse['items'][number]

const plain = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()

const searched = ({
  doors,
  reservation_key: key,
  access_grant_id: grant,
  access_method_id: method,
}: WorkItem) => [...doors.map((door) => door.display_name), key ?? '', grant, method].map(plain)

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
