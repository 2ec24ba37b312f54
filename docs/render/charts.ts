import type { SessionState } from '../../src/contract/session-view.ts'
import { encodeMachine } from '../../src/sessions/encode-machine.ts'
import { promptOf } from '../../src/sessions/prompts.ts'
import { scanMachine } from '../../src/sessions/scan-machine.ts'
import { childrenOf, descendantsOf, labelOf, transitionsOf } from './chart-definition.ts'
import type { ChartNode, ChartTransition } from './chart-definition.ts'
import { diagram } from './chart-diagram.ts'

interface Chart {
  readonly root: ChartNode
  readonly implementations: { readonly delays: object }
}

/** docs/sessions.md: both charts as diagrams and tables, read from the machines that run. */
export const renderCharts = (): string =>
  [
    `# Sessions

A session is one run of an order. Two charts decide everything about it: actors (\`takeTurn\`, \`writeCard\`, …) do the work
and report, the chart hears them, the clerk and the clock, and ends with the truth about the card.

A label reads \`event [guard] / actions\`. Besides the clerk's and the actors' events there are the result of the actor at
work (\`done\`, \`failed\`) and deadlines (\`after …\`). Where several guards hold, the first in the order of the code wins; a
label without a guard is taken when none holds. An event that a state doesn't list changes nothing there. The codes of the
endings are in [errors.md](errors.md).

This page is generated from \`src/sessions/encode-machine.ts\` and \`src/sessions/scan-machine.ts\` by \`npm run docs\`.
`,
    section('Encode', encodeMachine),
    section('Scan', scanMachine),
  ].join('\n')

const section = (title: string, { root, implementations }: Chart): string => `## ${title}

${diagram(root)}

| State | At work | The clerk sees | Events | Deadlines |
|---|---|---|---|---|
${leavesOf(root).map(row).join('\n')}

While more than one card lies there, every state that waits for a card says: “${promptWith({ notice: 'card_several' })}”

| Deadline | Time |
|---|---|
${Object.entries(implementations.delays)
  .map(([name, delay]: [string, unknown]) => `| ${name} | ${timeOf(delay)} |`)
  .join('\n')}
`

const timeOf = (delay: unknown): string =>
  typeof delay === 'number' ? `${String(delay / 1000)} s` : 'when the order says'

/** The states that a session rests in: those that are passed at once are in the diagram only. */
const leavesOf = (root: ChartNode): readonly ChartNode[] =>
  descendantsOf(root).filter((node) => childrenOf(node).length === 0 && !node.always?.length)

const row = (node: ChartNode): string => {
  const heard = [node, ...ancestorsOf(node)].flatMap((at) =>
    transitionsOf(at).map((transition) => ({ at, transition })),
  )
  const events = heard.filter(({ transition }) => !transition.eventType.startsWith('xstate.'))
  const deadlines = heard.filter(({ transition }) => transition.eventType.startsWith('xstate.after.'))
  return `| ${[
    node.key,
    node.invoke.map(({ src }) => String(src)).join(', '),
    promptsOf(node.key as SessionState).join('<br>'),
    events.map(effectOf).join('<br>'),
    deadlines.map(effectOf).join('<br>'),
  ]
    .map((cell) => cell || '–')
    .join(' | ')} |`
}

const ancestorsOf = ({ parent }: ChartNode): readonly ChartNode[] =>
  parent === undefined ? [] : [parent, ...ancestorsOf(parent)]

/** `session.cancel / endUntouched → ended`; a transition that stays has no arrow. */
const effectOf = ({
  at,
  transition,
}: {
  readonly at: ChartNode
  readonly transition: ChartTransition
}): string => [labelOf(at, transition), ...(transition.target ?? []).map(({ key }) => key)].join(' → ')

type PromptFacts = Parameters<typeof promptOf>[0]

const promptWith = (facts: Partial<PromptFacts>): string =>
  promptOf({
    state: 'waitingForCard',
    encoder: 'Front Desk',
    isEncoderReady: true,
    notice: null,
    question: null,
    uid: '04A1B2C3',
    isSwiped: false,
    isScanner: false,
    isReadingBack: false,
    ending: null,
    ...facts,
  })

/** Every sentence that the state can show. */
const promptsOf = (state: SessionState): readonly string[] => {
  if (state === 'ended') return ['the ending']
  const prompts = (['liveKey', 'occupied'] as const).flatMap((question) =>
    [true, false].map((isEncoderReady) => promptWith({ state, question, isEncoderReady })),
  )
  // The one state that asks for one card among all.
  if (state === 'recovering') prompts.push(promptWith({ state, notice: 'card_swapped' }))
  for (const isReadingBack of [false, true])
    prompts.push(promptWith({ state, isSwiped: true, isReadingBack }))
  if (state === 'writing') prompts.push(promptWith({ state, notice: 'card_swipe_failed' }))
  return [...new Set(prompts)]
}
