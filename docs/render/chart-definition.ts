/** What is read of a machine's own definition. */
export interface ChartNode {
  readonly key: string
  readonly parent?: ChartNode | undefined
  readonly type: string
  readonly states: Readonly<Record<string, ChartNode>>
  readonly initial: { readonly target?: readonly ChartNode[] | undefined }
  readonly transitions: ReadonlyMap<string, readonly ChartTransition[]>
  readonly always?: readonly ChartTransition[] | undefined
  readonly after: readonly (ChartTransition & { readonly delay: unknown })[]
  readonly invoke: readonly { readonly id: string; readonly src: unknown }[]
}

export interface ChartTransition {
  readonly eventType: string
  readonly target?: readonly ChartNode[] | undefined
  readonly guard?: unknown
  readonly actions: readonly unknown[]
}

export const childrenOf = (node: ChartNode): readonly ChartNode[] => Object.values(node.states)

export const descendantsOf = (node: ChartNode): readonly ChartNode[] =>
  childrenOf(node).flatMap((child) => [child, ...descendantsOf(child)])

export const transitionsOf = (node: ChartNode): readonly ChartTransition[] => [
  ...(node.always ?? []),
  ...[...node.transitions.values()].flat(),
]

/** `event [guard] / actions`, as UML writes it. */
export const labelOf = (node: ChartNode, transition: ChartTransition): string =>
  `${triggerOf(node, transition)}${guardOf(transition)}${actionsOf(transition)}`

const triggerOf = (node: ChartNode, { eventType }: ChartTransition): string => {
  if (eventType === '') return 'at once'
  const deadline = node.after.find((after) => after.eventType === eventType)
  if (deadline !== undefined) return `after ${String(deadline.delay)}`
  const actor = node.invoke.find(({ id }) => eventType.endsWith(`.actor.${id}`))
  if (actor === undefined) return eventType
  return `${String(actor.src)} ${eventType.startsWith('xstate.done') ? 'done' : 'failed'}`
}

const guardOf = ({ guard, eventType }: ChartTransition): string => {
  if (guard === undefined) return ''
  const name = nameOf(guard)
  if (name === null) throw new Error(`Name the guard of ${eventType}: the diagram can’t tell what it asks.`)
  return ` [${name}]`
}

/** An inline assignment has no name and is left out. */
const actionsOf = ({ actions }: ChartTransition): string => {
  const names = actions.map(nameOf).filter((name) => name !== null)
  return names.length === 0 ? '' : ` / ${names.join(', ')}`
}

/** The name of a guard or an action; null for a function in its place. */
const nameOf = (reference: unknown): string | null => {
  if (typeof reference === 'string') return reference
  if (typeof reference !== 'object' || reference === null || !('type' in reference)) return null
  return String(reference.type)
}
