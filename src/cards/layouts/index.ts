import { BridgeError } from '../../contract/errors.ts'
import { demo } from './demo.ts'
import { image } from './image.ts'
import type { Layout } from './layout.ts'

/** The layouts that a desk knows: ours, and those of its configuration. */
export interface Layouts {
  readonly names: readonly string[]
  /** The layout of that name. Throws `layout_unknown`. */
  named(name: string): Layout
  /** The layout that the journal names, exactly as it was then. Throws `layout_unknown` when it has changed or is gone. */
  withId(id: string): Layout
}

/** Every layout that needs no configuration. */
const builtIn: readonly Layout[] = [demo, image]

/** A configured layout of one of our names takes its place. */
export const createLayouts = (configured: readonly Layout[]): Layouts => {
  const byName = new Map([...builtIn, ...configured].map((layout) => [layout.name, layout]))
  const byId = new Map([...builtIn, ...configured].map((layout) => [layout.id, layout]))
  const names = [...byName.keys()]
  const found = (layout: Layout | undefined, wanted: string): Layout => {
    if (layout === undefined) {
      throw new BridgeError('layout_unknown', `"${wanted}" is none of: ${names.join(', ')}.`)
    }
    return layout
  }
  return {
    names,
    named: (name) => found(byName.get(name), name),
    withId: (id) => found(byId.get(id), id),
  }
}
