import { useCallback, useEffect, useRef, useState } from 'react'
import { useCall } from '../../live/use-call.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { findGrants, type Grant } from './find-grants.ts'
import { GrantCard } from './grant-card.tsx'

/** Finds a grant and shows what to hand over for it. A keyboard-mode scanner types its number and Enter. */
export const Deliver = ({ rest }: { readonly rest: string }) => {
  const texts = useTexts()
  const { run, isBusy, error } = useCall()
  const [typed, setTyped] = useState(rest)
  const [grants, setGrants] = useState<readonly Grant[] | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const find = useCallback(
    async (searched: string): Promise<void> => {
      if (searched.trim() === '') return
      setGrants(await run((client) => findGrants(client, searched)))
    },
    [run],
  )
  useEffect(() => {
    form.current?.querySelector('input')?.focus()
    queueMicrotask(() => void find(rest))
  }, [find, rest])
  return (
    <>
      <h1>{texts.views.deliver}</h1>
      <p className="intro">{texts.deliver.intro}</p>
      <search>
        <form
          ref={form}
          className="find"
          onSubmit={(event) => {
            event.preventDefault()
            void find(typed)
          }}
        >
          <Field
            label={texts.deliver.search}
            hint={texts.deliver.searchHint}
            type="search"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
          <Button look="primary" icon="search" type="submit" isBusy={isBusy} disabled={typed.trim() === ''}>
            {texts.deliver.go}
          </Button>
        </form>
      </search>
      {error !== null && <FaultNotice fault={error} />}
      <div className="grants" aria-live="polite">
        {grants?.length === 0 && (
          <div className="empty">
            <p className="empty-title">{texts.deliver.nothing}</p>
            <p className="quiet">{texts.deliver.nothingNext}</p>
          </div>
        )}
        {grants?.map((grant) => (
          <GrantCard key={grant.access_grant_id} grant={grant} />
        ))}
      </div>
    </>
  )
}
