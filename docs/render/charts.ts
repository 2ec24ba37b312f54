import type { SessionState } from '../../src/contract/session-view.ts'
import { encodeMachine } from '../../src/sessions/encode-machine.ts'
import { keyMachine } from '../../src/sessions/key-machine.ts'
import type { KeyFacts } from '../../src/sessions/key-prompts.ts'
import { promptOf } from '../../src/sessions/prompts.ts'
import { scanMachine } from '../../src/sessions/scan-machine.ts'
import { childrenOf, descendantsOf, labelOf, transitionsOf } from './chart-definition.ts'
import type { ChartNode, ChartTransition } from './chart-definition.ts'
import { diagram } from './chart-diagram.ts'

interface Chart {
  readonly root: ChartNode
  readonly implementations: { readonly delays: object }
}

/** docs/sessions.md: the charts as diagrams and tables, read from the machines that run. */
export const renderCharts = (): string =>
  [
    `# Sessions

A session is one run of an order. Three charts decide everything about it: actors (\`takeTurn\`, \`writeCard\`, …) do the work
and report, the chart hears them, the clerk and the clock, and ends with the truth about the card.

A label reads \`event [guard] / actions\`. Besides the clerk's and the actors' events there are the result of the actor at
work (\`done\`, \`failed\`) and deadlines (\`after …\`). Where several guards hold, the first in the order of the code wins; a
label without a guard is taken when none holds. An event that a state doesn't list changes nothing there. The codes of the
endings are in [errors.md](errors.md).

This page is generated from \`encode-machine.ts\`, \`key-machine.ts\` and \`scan-machine.ts\` in \`src/sessions\` by \`npm run docs\`.
`,
    section('Encode', `Cards that the bridge writes. ${severalCards}`, encodeMachine, (state) =>
      cardPrompts(state),
    ),
    section(
      'Key',
      `Whatever a key system is asked: keys, something about a stay, a card that Seam is to give to somebody. One command makes as
many keys as the system takes at once; where more are wanted, \`commanding\` is entered again. Keys that are confirmed stay
told: \`endUntouched\`, \`endSpoiled\` and \`endUnknown\` then end as \`encoded\`, with what is missing and why.`,
      keyMachine,
      keyPrompts,
    ),
    section('Scan', `Cards, codes and keys that are read. ${severalCards}`, scanMachine, (state) => [
      ...cardPrompts(state),
      ...(state === 'waitingForCard'
        ? [promptWith({ state, isScanner: true }), promptWith({ state, key: keyFacts('scan') })]
        : []),
    ]),
  ].join('\n')

const section = (
  title: string,
  about: string,
  { root, implementations }: Chart,
  promptsOf: (state: SessionState) => readonly string[],
): string => `## ${title}

${about}

${diagram(root)}

| State | At work | The clerk sees | Events | Deadlines |
|---|---|---|---|---|
${leavesOf(root)
  .map((leaf) => row(leaf, promptsOf(leaf.key as SessionState)))
  .join('\n')}

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

const row = (node: ChartNode, prompts: readonly string[]): string => {
  const heard = heardBy(node)
  const events = heard.filter(({ transition }) => !transition.eventType.startsWith('xstate.'))
  const deadlines = heard.filter(({ transition }) => transition.eventType.startsWith('xstate.after.'))
  return `| ${[
    node.key,
    [node, ...ancestorsOf(node)].flatMap(({ invoke }) => invoke.map(({ src }) => String(src))).join(', '),
    (node.key === 'ended' ? ['the ending'] : [...new Set(prompts)]).join('<br>'),
    events.map(effectOf).join('<br>'),
    deadlines.map(effectOf).join('<br>'),
  ]
    .map((cell) => cell || '–')
    .join(' | ')} |`
}

interface Heard {
  readonly at: ChartNode
  readonly transition: ChartTransition
}

/** What a state hears, of itself and of the states around it: what it takes for sure, or forbids, they don't hear. */
const heardBy = (node: ChartNode): readonly Heard[] => {
  const taken = new Set<string>()
  return [node, ...ancestorsOf(node)].flatMap((at) => {
    const transitions = transitionsOf(at).filter(({ eventType }) => !taken.has(eventType))
    for (const { guard, eventType } of transitions) if (guard === undefined) taken.add(eventType)
    return transitions
      .filter(({ target, actions }) => target !== undefined || actions.length > 0)
      .map((transition) => ({ at, transition }))
  })
}

const ancestorsOf = ({ parent }: ChartNode): readonly ChartNode[] =>
  parent === undefined ? [] : [parent, ...ancestorsOf(parent)]

/** `session.cancel / endUntouched → ended`; a transition that stays has no arrow. */
const effectOf = ({ at, transition }: Heard): string =>
  [labelOf(at, transition), ...(transition.target ?? []).map(({ key }) => key)].join(' → ')

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
    key: null,
    ending: null,
    ...facts,
  })

const keyFacts = (work: KeyFacts['work'], facts: Partial<KeyFacts> = {}): KeyFacts => ({
  work,
  wanted: 1,
  remark: null,
  found: null,
  ...facts,
})

/** Every sentence that a state can show where cards are written or read. */
const cardPrompts = (state: SessionState): readonly string[] => {
  const prompts = (['liveKey', 'occupied'] as const).flatMap((question) =>
    [true, false].map((isEncoderReady) => promptWith({ state, question, isEncoderReady })),
  )
  // The one state that asks for one card among all.
  if (state === 'recovering') prompts.push(promptWith({ state, notice: 'card_swapped' }))
  for (const isReadingBack of [false, true])
    prompts.push(promptWith({ state, isSwiped: true, isReadingBack }))
  if (state === 'writing') prompts.push(promptWith({ state, notice: 'card_swipe_failed' }))
  return prompts
}

/** Every sentence that a state can show at a key system. */
const keyPrompts = (state: SessionState): readonly string[] => {
  const facts = [keyFacts('keys'), keyFacts('keys', { wanted: 2 }), keyFacts('stay'), keyFacts('assign')]
  if (state === 'recovering') facts.push(keyFacts('keys', { found: 'A guest key of room 102.' }))
  const prompts = facts.flatMap((key) =>
    [true, false].map((isEncoderReady) =>
      promptWith({ state, question: 'liveKey', isEncoderReady, key, uid: null }),
    ),
  )
  if (state === 'ordering')
    prompts.push(promptWith({ state, notice: 'key_encoder_busy', key: keyFacts('keys') }))
  return prompts
}

const severalCards = `While more than one card lies there, every state that waits for a card says: “${promptWith({ notice: 'card_several' })}”`
