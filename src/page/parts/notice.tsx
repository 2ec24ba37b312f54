import type { ReactNode } from 'react'
import type { BridgeError } from '../../contract/errors.ts'
import type { Fault } from '../../control/schema.ts'
import { useFaultTexts } from '../texts/faults.ts'
import { useTexts } from '../texts/texts.tsx'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'good' | 'info' | 'warning' | 'bad' | 'unknown'

const icons: Readonly<Record<Tone, IconName>> = {
  good: 'done',
  info: 'info',
  warning: 'warning',
  bad: 'spoiled',
  unknown: 'unknown',
}

interface NoticeProps {
  readonly tone: Tone
  readonly title: string
  readonly children?: ReactNode
}

/** Something to know, in colour, sign and words. It is read out when it comes. */
export const Notice = ({ tone, title, children }: NoticeProps) => (
  <div className={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
    <Icon name={icons[tone]} />
    <div>
      <p className="notice-title">{title}</p>
      {children}
    </div>
  </div>
)

/** An error as people need it: the cause, whose it is, the next step. */
export const FaultNotice = ({
  fault,
  tone = 'bad',
}: {
  readonly fault: Fault | BridgeError
  readonly tone?: Tone
}) => {
  const texts = useTexts()
  const { cause, owner, nextStep } = useFaultTexts(fault)
  return (
    <Notice tone={tone} title={cause}>
      <p>
        <strong>{texts.common.nextStep}:</strong> {nextStep}
      </p>
      <p className="notice-owner">{texts.owners[owner]}</p>
    </Notice>
  )
}
