import { useEffect, useState, type KeyboardEvent } from 'react'
import type { Lane } from '../../live/lanes.ts'
import { showInstant } from '../../live/time.ts'
import { useCall } from '../../live/use-call.ts'
import { useDesk, useDeskState } from '../../live/use-desk.tsx'
import { linkTo } from '../../live/use-route.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { useSpeech } from '../../texts/texts.tsx'
import { isAllowed } from '../view.ts'
import { Copies } from './copies.tsx'
import { FILTER_ID, focusFilter } from './focus-filter.ts'
import { matching, titleOf } from './matching.ts'
import { useOrders } from './use-orders.ts'
import { WorkRow } from './work-row.tsx'
import { ConfirmNewKey } from './confirm-new-key.tsx'

interface WorkListProps {
  readonly lane: Lane | null
  readonly copies: number
  readonly onCopies: (copies: number) => void
}

/** The cards that wait, filtered by what is typed; the arrows choose one, Enter makes it. */
export const WorkList = ({ lane, copies, onCopies }: WorkListProps) => {
  const { texts, language } = useSpeech()
  const { setWork, noteOrder } = useDesk()
  const { work, me } = useDeskState()
  const refresh = useCall()
  const orders = useOrders(lane?.encoder ?? null, copies)
  const [filter, setFilter] = useState('')
  const [index, setIndex] = useState(0)
  useEffect(() => {
    focusFilter()
    const onSlash = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      focusFilter()
    }
    document.addEventListener('keydown', onSlash)
    return () => document.removeEventListener('keydown', onSlash)
  }, [])

  const items = matching(work?.items ?? [], filter)
  const active = items[Math.min(index, items.length - 1)]
  const mayMake = isAllowed(me?.role ?? null, 'operator')
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setIndex(Math.min(index + 1, items.length - 1))
    else if (event.key === 'ArrowUp') setIndex(Math.max(index - 1, 0))
    else if (event.key === 'Escape' && filter !== '') setFilter('')
    else if (event.key === 'Escape' && lane?.session?.ending != null) {
      noteOrder(lane.session.order_id, { isSeen: true })
    } else if (event.key === 'Enter' && active !== undefined && mayMake && filter.trim() !== '') {
      const title = titleOf(
        active.doors.map((door) => door.display_name),
        texts,
      )
      void orders.make(
        { accessMethodId: active.access_method_id, title },
        active.action === 'assign' ? 'assign' : 'new',
      )
      setFilter('')
    } else return
    event.preventDefault()
  }

  return (
    <section className="work" aria-label={texts.cards.list}>
      <div className="work-bar">
        <search id={FILTER_ID} className="work-filter">
          <Field
            label={texts.cards.filter}
            hint={texts.cards.filterHint}
            type="search"
            autoComplete="off"
            spellCheck={false}
            value={filter}
            onChange={({ target }) => {
              setFilter(target.value)
              setIndex(0)
            }}
            onKeyDown={onKey}
          />
        </search>
        {lane?.encoder.keys != null && <Copies copies={copies} onCopies={onCopies} />}
        <div className="work-age">
          <span className="quiet" aria-live="polite">
            {`${texts.cards.waiting(work?.items.length ?? 0)} · ${
              work?.as_of == null
                ? texts.cards.neverAsked
                : texts.cards.asOf(showInstant(work.as_of, undefined, language))
            }`}
          </span>
          <Button
            look="quiet"
            icon="refresh"
            isBusy={refresh.isBusy}
            onClick={() =>
              void refresh
                .run((client) => client.refreshWork())
                .then((answer) => answer !== null && setWork(answer))
            }
          >
            {texts.cards.refresh}
          </Button>
        </div>
      </div>
      {work?.error != null && <FaultNotice fault={work.error} tone="warning" />}
      {refresh.error !== null && <FaultNotice fault={refresh.error} tone="warning" />}
      {orders.question !== null && <ConfirmNewKey {...orders.question} />}
      {orders.error !== null && <FaultNotice fault={orders.error} />}
      {!mayMake && <Notice tone="info" title={texts.cards.onlyLook} />}
      {items.length === 0 ? (
        <Empty isFiltered={filter.trim() !== ''} filter={filter} />
      ) : (
        <ul className="work-items">
          {items.map((item) => (
            <WorkRow
              key={item.access_method_id}
              item={item}
              isActive={item === active && filter.trim() !== ''}
              mayMake={mayMake && lane !== null}
              isBusy={orders.isBusy}
              onMake={(purpose, title) =>
                void orders.make({ accessMethodId: item.access_method_id, title }, purpose)
              }
            />
          ))}
        </ul>
      )}
    </section>
  )
}

const Empty = ({ isFiltered, filter }: { readonly isFiltered: boolean; readonly filter: string }) => {
  const { texts } = useSpeech()
  return (
    <div className="empty">
      <p className="empty-title">{isFiltered ? texts.cards.noMatch : texts.cards.nothing}</p>
      {isFiltered ? (
        <a href={linkTo('deliver', filter.trim())}>{texts.cards.noMatchDeliver}</a>
      ) : (
        <p className="quiet">{texts.cards.nothingNext}</p>
      )}
    </div>
  )
}
