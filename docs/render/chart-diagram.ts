import { childrenOf, descendantsOf, labelOf, transitionsOf } from './chart-definition.ts'
import type { ChartNode } from './chart-definition.ts'

/** A chart as a Mermaid state diagram, composite states with their insides. */
export const diagram = (root: ChartNode): string => `\`\`\`mermaid
stateDiagram-v2
${body(root, '  ')}
\`\`\``

/** The inside of a composite state. Mermaid wants an edge at the level that contains both of its ends. */
const body = (node: ChartNode, indent: string): string => {
  const [initial] = node.initial.target ?? []
  const edges = descendantsOf(node).flatMap(edgesOf)
  const own = edges.filter((edge) => levelOf(edge) === node)
  return [
    ...(initial === undefined ? [] : [`${indent}[*] --> ${initial.key}`]),
    ...childrenOf(node)
      .filter((child) => childrenOf(child).length > 0)
      .map((child) => `${indent}state ${child.key} {\n${body(child, `${indent}  `)}\n${indent}}`),
    ...own.map(({ from, to, labels }) => `${indent}${from.key} --> ${to.key}: ${labels.join('<br>')}`),
    ...childrenOf(node)
      .filter((child) => child.type === 'final')
      .map((child) => `${indent}${child.key} --> [*]`),
  ].join('\n')
}

interface Edge {
  readonly from: ChartNode
  readonly to: ChartNode
  readonly labels: readonly string[]
}

/** One edge for each state that is reached from here; transitions that stay are told in the table. */
const edgesOf = (from: ChartNode): readonly Edge[] => {
  const labels = new Map<ChartNode, string[]>()
  for (const transition of transitionsOf(from)) {
    for (const to of transition.target ?? []) {
      labels.set(to, [...(labels.get(to) ?? []), labelOf(from, transition)])
    }
  }
  return [...labels].map(([to, texts]) => ({ from, to, labels: texts }))
}

const levelOf = ({ from, to }: Edge): ChartNode | undefined => {
  let level = from.parent
  while (level !== undefined && !descendantsOf(level).includes(to)) level = level.parent
  return level
}
