import { invalidInput } from './refusal.ts'

const NO_PAGE = { has_next_page: false, next_page_cursor: null, next_page_url: null }

/**
 * One page of a list that is in its final order. The cursor is the id of the last item of the page before, so a list that
 * grows between two pages neither repeats nor skips.
 */
export const pageOf = <T>(
  items: readonly T[],
  idOf: (item: T) => string,
  {
    limit = 500,
    page_cursor: cursor,
  }: { limit?: number | undefined; page_cursor?: string | null | undefined },
) => {
  const last = cursor == null ? -1 : items.findIndex((item) => idOf(item) === cursor)
  if (cursor != null && last < 0) throw invalidInput('page_cursor: not a cursor of this list')
  const page = items.slice(last + 1, last + 1 + limit)
  const end = page.at(-1)
  const hasMore = end !== undefined && last + 1 + limit < items.length
  return {
    page,
    pagination: hasMore ? { has_next_page: true, next_page_cursor: idOf(end), next_page_url: null } : NO_PAGE,
  }
}
