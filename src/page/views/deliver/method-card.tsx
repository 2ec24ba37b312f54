import { linkTo } from '../../live/use-route.ts'
import { showInstant } from '../../live/time.ts'
import { Notice } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Secret } from '../../parts/secret.tsx'
import { useSpeech, useTexts } from '../../texts/texts.tsx'
import { Copy } from '../../parts/copy.tsx'
import type { Deliverable } from './find-grants.ts'
import { FurtherCard } from './further-card.tsx'
import { InstantKey } from './instant-key.tsx'

/** One way in: how far it is, and what to hand over. Nothing secret is fetched before somebody asks for it. */
export const MethodCard = ({ method, title }: { readonly method: Deliverable; readonly title: string }) => {
  const { texts, language } = useSpeech()
  const { deliver } = texts
  return (
    <div className="method">
      <header className="method-head">
        <h3>{deliver.modes[method.mode]}</h3>
        <Pill tone={method.is_issued ? 'good' : 'warning'}>
          {method.is_issued ? deliver.issued : deliver.notIssued}
        </Pill>
        {method.issued_at !== null && (
          <span className="quiet">
            {deliver.issuedAt(showInstant(method.issued_at, undefined, language))}
          </span>
        )}
      </header>
      {method.remarks.map((remark) => (
        <Notice
          key={`${remark.code} ${remark.message}`}
          tone={remark.kind === 'error' ? 'bad' : 'warning'}
          title={deliver.remarks[remark.kind]}
        >
          <p>{remark.message}</p>
        </Notice>
      ))}
      <WhatToDo method={method} />
      {method.mode === 'card' && method.is_issued && (
        <FurtherCard target={{ accessMethodId: method.access_method_id, title }} />
      )}
      <Secrets method={method} />
    </div>
  )
}

const WhatToDo = ({ method }: { readonly method: Deliverable }) => {
  const { deliver } = useTexts()
  if (method.mode === 'card') {
    if (method.is_encoding_required || method.is_assignment_required) {
      return (
        <p>
          {method.is_encoding_required ? deliver.encodeFirst : deliver.assignFirst}{' '}
          <a href={linkTo('cards')}>{deliver.toCards}</a>
        </p>
      )
    }
    return <p>{method.is_issued ? deliver.cardDone : deliver.waits}</p>
  }
  if (!method.is_issued) return <p>{deliver.waits}</p>
  return method.secrets.length === 0 ? <p>{deliver.inApp}</p> : null
}

const Secrets = ({ method: { access_method_id: id, secrets } }: { readonly method: Deliverable }) => {
  const { deliver } = useTexts()
  return secrets.map((secret) => {
    const labels = {
      code: deliver.code,
      instant_key_url: deliver.instantKey,
      client_session_token: deliver.token,
    }
    const label = labels[secret]
    return (
      <Secret
        key={secret}
        label={label}
        fetchSecret={async (client) => (await client.reveal({ access_method_id: id, secret })).value}
      >
        {(value) =>
          secret === 'instant_key_url' ? (
            <InstantKey url={value} />
          ) : (
            <div className="shown">
              <output className={secret === 'code' ? 'shown-code' : 'shown-text'}>{value}</output>
              <Copy text={value} label={label} />
            </div>
          )
        }
      </Secret>
    )
  })
}
