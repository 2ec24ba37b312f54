import { useEffect } from 'react'
import type { EndingBody, SessionSummary } from '../../../control/schema.ts'
import { chime } from '../../live/chime.ts'
import { useDesk, useDeskState } from '../../live/use-desk.tsx'
import { useEnding } from '../../live/use-ending.ts'
import { useKept } from '../../live/use-kept.ts'
import { Button } from '../../parts/button.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { FaultNotice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { focusFilter } from './focus-filter.ts'
import { SOUND } from './sound.tsx'

type EndingKind = EndingBody['kind']

const signs: Readonly<Record<EndingKind, IconName>> = {
  encoded: 'done',
  carried_out: 'done',
  scanned: 'read',
  assigned: 'done',
  untouched: 'untouched',
  spoiled: 'spoiled',
  unknown: 'unknown',
}

const goodKinds: readonly EndingKind[] = ['encoded', 'assigned', 'carried_out', 'scanned']
const isGood = (kind: EndingKind): boolean => goodKinds.includes(kind)

const proofText = (ending: EndingBody | null): 'encoded' | 'already_right' | 'confirmed' => {
  if (ending?.kind !== 'encoded' || ending.proof === 'read_back') return 'encoded'
  return ending.proof
}

/** The end of a session, so that nobody can take it for another one: colour, sign, words, and what to do. */
export const EndingCard = ({
  session,
  name,
}: {
  readonly session: SessionSummary
  readonly name: string
}) => {
  const texts = useTexts()
  const { noteOrder } = useDesk()
  const { status } = useDeskState()
  const ending = useEnding(session)
  const [sound] = useKept(SOUND, 'off')
  const kind = session.ending?.kind ?? 'unknown'
  useEffect(() => {
    if (sound === 'on') chime(isGood(kind) ? 'good' : 'bad')
  }, [sound, kind])
  const words = texts.endings[kind === 'encoded' ? proofText(ending) : kind]
  const isUntold =
    (kind === 'encoded' || kind === 'assigned') &&
    (status?.outbox.waiting ?? 0) > 0 &&
    status?.link.state !== 'connected'
  return (
    <div className={`ending ending-${kind}`}>
      <div className="ending-words" role={isGood(kind) ? 'status' : 'alert'}>
        <span className="ending-sign">
          <Icon name={signs[kind]} />
        </span>
        <div>
          <p className="lane-title">{name}</p>
          <p className="ending-title">{words.title}</p>
          <p>{words.text}</p>
          {isUntold && <p className="ending-untold">{texts.endings.untold}</p>}
        </div>
      </div>
      {ending !== null && <EndingDetails ending={ending} />}
      <Button
        size="big"
        onClick={() => {
          noteOrder(session.order_id, { isSeen: true })
          focusFilter()
        }}
      >
        {texts.lanes.next}
      </Button>
    </div>
  )
}

const EndingDetails = ({ ending }: { readonly ending: EndingBody }) => {
  const texts = useTexts()
  switch (ending.kind) {
    case 'encoded': {
      if (ending.keys === null) return null
      const { made, wanted, serial_numbers: serials, shortfall, remark } = ending.keys
      return (
        <>
          {wanted > 1 && <p>{texts.endings.keys(made, wanted)}</p>}
          {serials.length > 0 && (
            <p className="quiet">
              {texts.endings.serials}: <span className="figures">{serials.join(', ')}</span>
            </p>
          )}
          {remark !== null && <p>{remark}</p>}
          {shortfall !== null && <FaultNotice fault={shortfall} tone="warning" />}
        </>
      )
    }
    case 'assigned':
      return ending.card_number === null ? null : (
        <p className="quiet">
          {texts.read.number}: <span className="figures">{ending.card_number}</span>
        </p>
      )
    case 'carried_out':
    case 'scanned':
      return ending.remark === null ? null : <p>{ending.remark}</p>
    case 'untouched':
      return <FaultNotice fault={ending.error} tone="info" />
    case 'spoiled':
      return <FaultNotice fault={ending.error} />
    case 'unknown':
      return <FaultNotice fault={ending.error} tone="unknown" />
  }
}
