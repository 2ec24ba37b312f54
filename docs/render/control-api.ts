import type { z } from 'zod'
import * as schemas from '../../src/control/schema.ts'
import * as rooms from '../../src/control/schema/rooms.ts'
import { StayRequest } from '../../src/control/schema/stays.ts'
import { controlRoutes } from './control-routes.ts'
import { jsonSchemas, shapeBlock } from './shape.ts'

const shapes: Readonly<Record<string, z.ZodType>> = {
  Health: schemas.HealthResponse,
  Status: schemas.StatusResponse,
  Encoders: schemas.EncodersResponse,
  Encoder: schemas.EncoderBody,
  TakeOverRequest: schemas.TakeOverRequest,
  AcceptRequest: schemas.AcceptRequest,
  IdentifyRequest: schemas.IdentifyRequest,
  Identified: schemas.IdentifyResponse,
  EventsQuery: schemas.EventsQuery,
  Event: schemas.EventBody,
  EncodeRequest: schemas.EncodeRequest,
  ScanRequest: schemas.ScanRequest,
  PlaceCardRequest: schemas.PlaceCardRequest,
  RemoveCardRequest: schemas.RemoveCardRequest,
  PresentRequest: schemas.PresentRequest,
  StayRequest,
  Ordered: schemas.OrderedResponse,
  Rooms: rooms.RoomsResponse,
  Room: rooms.RoomBody,
  ReplaceRoomsRequest: rooms.ReplaceRoomsRequest,
  RoomChanges: rooms.RoomChangesResponse,
  RoomsCheck: rooms.RoomsCheckResponse,
  Sessions: schemas.SessionsResponse,
  SessionSummary: schemas.SessionSummary,
  SessionQuery: schemas.SessionQuery,
  Session: schemas.SessionBody,
  Ending: schemas.EndingBody,
  ConfirmRequest: schemas.ConfirmRequest,
  Empty: schemas.EmptyRequest,
  AuditQuery: schemas.AuditQuery,
  AuditLine: schemas.AuditBody,
  PairingRequest: schemas.PairingRequest,
  Pairing: schemas.PairingResponse,
  Doctor: schemas.DoctorReport,
  Check: schemas.DoctorCheck,
  Error: schemas.ErrorBody,
  Fault: schemas.Fault,
}

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
This page is generated from \`src/control/schema.ts\` and \`docs/render/control-routes.ts\` by \`npm run docs\`.

## Routes

| Method | Path | Does | Request | Answer |
|---|---|---|---|---|
${controlRoutes
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
