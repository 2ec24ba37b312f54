import type { z } from 'zod'
import * as desk from '../../src/control/schema.ts'
import * as events from '../../src/control/schema/events.ts'
import * as health from '../../src/control/schema/health.ts'
import * as page from '../../src/control/schema/page.ts'
import * as people from '../../src/control/schema/people.ts'
import * as rooms from '../../src/control/schema/rooms.ts'
import * as stays from '../../src/control/schema/stays.ts'
import * as upkeep from '../../src/control/schema/upkeep.ts'
import * as work from '../../src/control/schema/work.ts'

/** Kept for files and for other shapes: no route takes or gives them. */
const unshown = new Set<string>(['DaemonFile', 'EncoderChoice'])

/** Every shape of the control API, by its name without Request, Response and Body where that is still unambiguous. */
export const controlShapes: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  [desk, work, stays, people, rooms, upkeep, events, health, page].flatMap((module) =>
    Object.entries(module as Readonly<Record<string, z.ZodType>>)
      .filter(([name]) => !unshown.has(name))
      .map(([name, schema]) => [name.replace(/(?:Response|Body)$/, ''), schema] as const)
      // How a module lists its exports depends on what has loaded it.
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ),
)

/** The name of a route's shape. */
export const shapeName = (schema: z.ZodType): string => {
  const name = Object.keys(controlShapes).find((key) => controlShapes[key] === schema)
  if (name === undefined) throw new Error('A route has a shape that the documents do not show.')
  return name
}
