import type { z } from 'zod'
import { allControlRoutes, type ControlRoute } from '../../src/control/schema/routes.ts'
import { controlShapes, shapeName } from './control-shapes.ts'
import { jsonSchemas, shapeBlock } from './shape.ts'

const linkTo = (schema: z.ZodType | null): string => {
  if (schema === null) return '–'
  const name = shapeName(schema)
  return `[${name}](#${name.toLowerCase()})`
}

/** What the answer is, where it is no JSON document. */
const forms = {
  json: '',
  lines: ', a line each',
  events: ', a message each',
  text: '',
  file: '',
} as const satisfies Record<ControlRoute['form'], string>

/** docs/control-api.md: the routes of the daemon's own API, and the shapes of what they take and give. */
export const renderControlApi = (): string =>
  `# The control API

The daemon's own API, for the operator's page, the command line and scripts on the same computer. It listens on 127.0.0.1 only, port 27411
unless \`run --port\` says otherwise. While it runs, \`DATA/daemon.json\` holds its address, and \`DATA/control-token\` the
token; both are readable by the daemon's user only.

\`\`\`sh
curl -H "Authorization: Bearer $(cat DATA/control-token)" http://127.0.0.1:27411/v1/status
\`\`\`

As OpenAPI 3.1 it is [control-openapi.json](control-openapi.json); in TypeScript, \`import { createControlClient } from 'encoder-bridge/client'\`.

- Every route but those for anybody wants \`Authorization: Bearer TOKEN\`, or the cookie of a page that is signed in.
- A POST or PUT carries \`Content-Type: application/json\` and a JSON body, \`{}\` where there is nothing to say. Unknown fields are refused, and so is what is nested more than 64 levels deep.
- A GET changes nothing.
- The \`Host\` header must name this computer, and a browser's \`Origin\` must be the API's own: no other page can call it. What a page
  does must carry its \`Origin\`.
- Too many requests are answered with \`rate_limited\`; WebSockets count with the others.
- Every refusal has the shape [Error](#error) and a code of [errors.md](errors.md). Match on codes, never on wording.

## Who may do what

Whoever can read \`control-token\` is an installer. A page signs in by a link that \`POST /v1/page_links\` makes, once and within two
minutes; it stays signed in for 90 days, over restarts of the daemon. As long as nobody is named at the desk, a page has the role of its link.
Once clerks are named, every page is locked until one of them says who it is, by PIN or by badge, and again after the time of
\`page.lockAfterMinutes\` or a restart of the daemon. Reading alone does not keep a page open.

| Role | May |
|---|---|
| \`read_only\` | look |
| \`operator\` | also make cards, read them and hand over |
| \`installer\` | also set up, name clerks, and decide about others' sessions |

Three wrong PINs cost nothing; after them a clerk waits, 15 seconds at first, at most 15 minutes, on every page. A badge is known by the number
that it tells: whoever copies the card copies the badge. It is asked for only where somebody has one. An installer with a PIN or a badge always remains. If all PINs are lost, the control token
sets a new one. A browser sends cookies to every port of a host, so only programs that you trust should serve pages on this
computer.

A session is followed by asking again with the last \`revision\`: \`GET /v1/sessions/ORDER_ID?after=3&wait_ms=20000\` answers as soon
as there is something new. Its states are those of [sessions.md](sessions.md), in snake_case. What is on a card is told only to
whoever had it ordered: that page, that clerk, or the control token. What the hub has ordered is the operators'. To all others, and in lists,
identifiers, numbers and records are null. Of what somebody else has ordered, only installers cancel or confirm.

\`GET /v1/events\` is a WebSocket. A locked page hears of encoders and the link alone. Whoever reads nothing, or says something, is hung up on.

\`/healthz\` says that the daemon runs, \`/readyz\` that it can take orders (503 where the disk takes no write, or the devices are no
longer looked after), \`/metrics\` what monitors count, in the OpenMetrics format.

A field with \`?\` may be missing. An \`instant\` is ISO 8601 in UTC.
This page is generated from \`src/control/schema\` by \`npm run docs\`.

## Routes

| Method | Path | For | Does | Request | Answer |
|---|---|---|---|---|---|
${allControlRoutes
  .map(
    ({ method, path, admits, does, request, answer, form }) =>
      `| ${method} | \`${path}\` | ${admits} | ${does} | ${linkTo(request)} | ${linkTo(answer)}${forms[form]} |`,
  )
  .join('\n')}

*For* is the least role; \`locked\` is any page that is signed in, \`anybody\` is without token and cookie. The request of a GET is its
query.

## Shapes
${Object.entries(jsonSchemas(controlShapes))
  .map(([name, schema]) => `\n### ${name}\n\n${shapeBlock(schema)}\n`)
  .join('')}`
