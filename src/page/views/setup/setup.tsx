import { useEffect, useMemo, type ReactNode } from 'react'
import { askPairing, askSessions } from '../../live/questions.ts'
import { useAnswer } from '../../live/use-answer.ts'
import { useDeskState } from '../../live/use-desk.tsx'
import { linkTo } from '../../live/use-route.ts'
import { FaultNotice, Notice } from '../../parts/notice.tsx'
import { Pill } from '../../parts/pill.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { PairForm } from '../connection/pair-form.tsx'
import { AddDevice } from '../devices/add-device.tsx'
import { TryDevice } from '../devices/try-device.tsx'
import { trialOf } from '../devices/trial-of.ts'
import { stepsOf, type StepName, type Steps } from './steps.ts'

const numbers: Readonly<Record<StepName, number>> = { device: 1, pair: 2, test: 3, clerks: 4 }

/** The first run: what is done shows that it is, what comes next is open, and it can be left at any time. */
export const Setup = () => {
  const { setup } = useTexts().upkeep
  const { status, me, sessions } = useDeskState()
  const remembered = useAnswer(askSessions)
  const { ask } = remembered
  const startedAt = status?.started_at
  useEffect(() => {
    if (startedAt !== undefined) ask()
  }, [startedAt, ask])
  const all = useMemo(
    () => [...(remembered.answer?.sessions ?? []), ...sessions.values()],
    [remembered.answer, sessions],
  )
  if (status === null || me === null) return null
  const steps = stepsOf(status, me, all)
  const isReady = steps.done.device && steps.done.pair && steps.done.test
  return (
    <>
      <h1>{setup.title}</h1>
      {isReady ? (
        <Notice tone="good" title={setup.complete}>
          <p>
            <a className="button button-primary button-normal" href={linkTo('cards')}>
              {setup.toCards}
            </a>
          </p>
        </Notice>
      ) : (
        <p className="quiet">{setup.explain}</p>
      )}
      <ol className="steps">
        <Step name="device" steps={steps}>
          <DeviceStep isDone={steps.done.device} />
        </Step>
        <Step name="pair" steps={steps}>
          <PairStep isDone={steps.done.pair} />
        </Step>
        <Step name="test" steps={steps}>
          <TestStep steps={steps} />
        </Step>
        <Step name="clerks" steps={steps}>
          <ClerksStep isDone={steps.done.clerks} />
        </Step>
      </ol>
    </>
  )
}

interface StepProps {
  readonly name: StepName
  readonly steps: Steps
  readonly children: ReactNode
}

const Step = ({ name, steps, children }: StepProps) => {
  const { setup } = useTexts().upkeep
  const isDone = steps.done[name]
  const isNow = steps.now === name
  return (
    <li className="panel step" aria-current={isNow ? 'step' : undefined} data-done={isDone || undefined}>
      <header className="step-head">
        <div>
          <p className="quiet">{setup.step(numbers[name], 4)}</p>
          <h2>{setup[name].title}</h2>
        </div>
        <Pill tone={isDone ? 'good' : isNow ? 'info' : 'quiet'}>
          {isDone ? setup.isDone : isNow ? setup.isNow : setup.isLater}
        </Pill>
      </header>
      {(isDone || isNow) && children}
    </li>
  )
}

const DeviceStep = ({ isDone }: { readonly isDone: boolean }) => {
  const { setup } = useTexts().upkeep
  const { status } = useDeskState()
  const encoders = status?.encoders ?? []
  if (!isDone) return <AddDevice />
  return (
    <>
      <p>{setup.device.done(encoders.map(({ name }) => name).join(', '))}</p>
      {encoders.map(
        ({ encoder_id: id, name, error }) =>
          error !== null && (
            <div key={id}>
              <p>
                {name}: {setup.device.notReady}
              </p>
              <FaultNotice fault={error} tone="warning" />
            </div>
          ),
      )}
      <p>
        <a href={linkTo('devices', 'add')}>{setup.device.another}</a>
      </p>
    </>
  )
}

const PairStep = ({ isDone }: { readonly isDone: boolean }) => {
  const { setup } = useTexts().upkeep
  const { status } = useDeskState()
  const pairing = useAnswer(askPairing)
  if (!isDone) return <PairForm pairing={pairing} />
  return (
    <>
      <p>{setup.pair.done(status?.link.hub_endpoint ?? '')}</p>
      {status?.link.error != null && <FaultNotice fault={status.link.error} tone="warning" />}
    </>
  )
}

const TestStep = ({ steps }: { readonly steps: Steps }) => {
  const { test } = useTexts().upkeep.setup
  const { trialOn, done } = steps
  if (trialOn === null) return <p>{test.none}</p>
  const isCard = trialOf(trialOn) === 'card'
  return (
    <>
      <p>{done.test ? (isCard ? test.done : test.doneScan) : isCard ? test.card : test.scan}</p>
      <TryDevice encoder={trialOn} isFirst={!done.test} />
    </>
  )
}

const ClerksStep = ({ isDone }: { readonly isDone: boolean }) => {
  const { clerks } = useTexts().upkeep.setup
  return isDone ? (
    <p>{clerks.done}</p>
  ) : (
    <>
      <p>{clerks.explain}</p>
      <p>
        <a href={linkTo('clerks')}>{clerks.open}</a>
      </p>
    </>
  )
}
