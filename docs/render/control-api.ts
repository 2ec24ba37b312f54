import type { z } from 'zod'
import * as desk from '../../src/control/schema.ts'
import * as events from '../../src/control/schema/events.ts'
import * as people from '../../src/control/schema/people.ts'
import * as rooms from '../../src/control/schema/rooms.ts'
import { allControlRoutes } from '../../src/control/schema/routes.ts'
import * as stays from '../../src/control/schema/stays.ts'
import * as upkeep from '../../src/control/schema/upkeep.ts'
import * as work from '../../src/control/schema/work.ts'
import { jsonSchemas, shapeBlock } from './shape.ts'

/** Kept for files and for other shapes: no route takes or gives them. */
const unshown = new Set<string>(['DaemonFile', 'EncoderChoice'])

/** Every shape of the schemas, by its name without Request, Response and Body where that is still unambiguous. */
const shapes: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  [desk, work, stays, people, rooms, upkeep, events].flatMap((module) =>
    Object.entries(module as Readonly<Record<string, z.ZodType>>)
      .filter(([name]) => !unshown.has(name))
      .map(([name, schema]) => [name.replace(/(?:Response|Body)$/, ''), schema] as const),
  ),
)

const linkTo = (schema: z.ZodType | null): string => {
  if (schema === null) return '–'
  const name = Object.keys(shapes).find((key) => shapes[key] === schema)
  if (name === undefined) throw new Error('A route has a shape that the page does not show.')
  return `[${name}](#${name.toLowerCase()})`
}

/** docs/control-api.md: the routes of the daemon's own API, and the shapes of what they take and give. */
export const renderControlApi = (): string =>
  `# The control API

The daemon's own API, for the command line and for scripts on the same computer. It listens on 127.0.0.1 only, port 27411
unless \`run --port\` says otherwise. While it runs, \`DATA/daemon.json\` holds its address, and \`DATA/control-token\` the
token; both are readable by the daemon's user only.

\`\`\`sh
curl -H "Authorization: Bearer $(cat DATA/control-token)" http://127.0.0.1:27411/v1/status
\`\`\`

- Every route but \`/v1/health\` wants \`Authorization: Bearer TOKEN\`.
- A POST or PUT carries \`Content-Type: application/json\` and a JSON body, \`{}\` where there is nothing to say. Unknown fields are refused.
- A GET changes nothing.
- The \`Host\` header must name this computer, and a browser's \`Origin\` must be the API's own: no other page can call it.
- Too many requests are answered with \`rate_limited\`.
- Every refusal has the shape [Error](#error) and a code of [errors.md](errors.md). Match on codes, never on wording.

A session is followed by asking again with the last \`revision\`: \`GET /v1/sessions/ORDER_ID?after=3&wait_ms=20000\` answers as soon
as there is something new. Its states are those of [sessions.md](sessions.md), in snake_case. What is on a card is told only to
whoever knows the order's id; lists leave it out.

A field with \`?\` may be missing. An \`instant\` is ISO 8601 in UTC.
This page is generated from \`src/control/schema\` by \`npm run docs\`.

## Routes

| Method | Path | Does | Request | Answer |
|---|---|---|---|---|
${allControlRoutes
  .map(
    ({ method, path, does, request, answer }) =>
      `| ${method} | \`${path}\` | ${does} | ${linkTo(request)} | ${linkTo(answer)} |`,
  )
  .join('\n')}

The request of a GET is its query.

## Shapes
${Object.entries(jsonSchemas(shapes))
  .map(([name, schema]) => `\n### ${name}\n\n${shapeBlock(schema)}\n`)
  .join('')}`
