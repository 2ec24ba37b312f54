import { BridgeError } from '../../contract/errors.ts'
import { demo } from './demo.ts'
import { image } from './image.ts'
import type { Layout } from './layout.ts'

/** Every layout by its name in the configuration. */
export const layouts: ReadonlyMap<string, Layout> = new Map(
  [demo, image].map((layout) => [layout.name, layout]),
)

/** The layout of that name. Throws `layout_unknown`. */
export const layoutNamed = (name: string): Layout => {
  const layout = layouts.get(name)
  if (layout === undefined) {
    throw new BridgeError('layout_unknown', `"${name}" is none of: ${[...layouts.keys()].join(', ')}.`)
  }
  return layout
}
