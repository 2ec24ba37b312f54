import type { z } from 'zod'
import {
  AcceptRequest,
  AuditBody,
  AuditQuery,
  DoctorReport,
  ConfirmRequest,
  EmptyRequest,
  EncodeRequest,
  EncodersResponse,
  EventBody,
  EventsQuery,
  HealthResponse,
  IdentifyRequest,
  IdentifyResponse,
  OrderedResponse,
  PairingRequest,
  PlaceCardRequest,
  PresentRequest,
  RemoveCardRequest,
  PairingResponse,
  ScanRequest,
  SessionBody,
  SessionQuery,
  SessionsResponse,
  StatusResponse,
  TakeOverRequest,
} from '../../src/control/schema.ts'
import {
  ReplaceRoomsRequest,
  RoomChangesResponse,
  RoomsCheckResponse,
  RoomsResponse,
} from '../../src/control/schema/rooms.ts'
import { StayRequest } from '../../src/control/schema/stays.ts'

interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly does: string
  /** The body of a POST or PUT, the query of a GET. */
  readonly request: z.ZodType | null
  readonly answer: z.ZodType
}

const route = (
  method: ControlRoute['method'],
  path: string,
  does: string,
  request: z.ZodType | null,
  answer: z.ZodType,
): ControlRoute => ({ method, path, does, request, answer })

/** The control API as its page lists it. A test holds it against the routes that the server has. */
export const controlRoutes: readonly ControlRoute[] = [
  route(
    'GET',
    '/v1/health',
    'Says that the daemon is alive; the one route without a token.',
    null,
    HealthResponse,
  ),
  route(
    'GET',
    '/v1/status',
    'The link, the encoders, open sessions, results on their way.',
    null,
    StatusResponse,
  ),
  route('GET', '/v1/encoders', 'The encoders of this desk.', null, EncodersResponse),
  route(
    'POST',
    '/v1/encoders/take_over',
    'Takes an encoder from the order that is believed to hold it.',
    TakeOverRequest,
    EncodersResponse,
  ),
  route(
    'POST',
    '/v1/virtual/cards/place',
    'Puts a card into the field of a virtual encoder.',
    PlaceCardRequest,
    EmptyRequest,
  ),
  route('POST', '/v1/virtual/cards/remove', 'Takes it out again.', RemoveCardRequest, EmptyRequest),
  route(
    'POST',
    '/v1/virtual/present',
    'Shows a code or a badge to a virtual scanner.',
    PresentRequest,
    EmptyRequest,
  ),
  route(
    'POST',
    '/v1/encoders/accept',
    'Uses from now on the device that is connected in place of the one that was set up.',
    AcceptRequest,
    EncodersResponse,
  ),
  route(
    'POST',
    '/v1/encoders/identify',
    'Tells encoders apart: by their lights, or by a card that is shown to one.',
    IdentifyRequest,
    IdentifyResponse,
  ),
  route(
    'GET',
    '/v1/events',
    'What happens at the devices, as JSON lines, for as long as the caller listens.',
    EventsQuery,
    EventBody,
  ),
  route('POST', '/v1/encodes', 'Has the hub order an encode at this desk.', EncodeRequest, OrderedResponse),
  route(
    'POST',
    '/v1/scans',
    'Orders a scan that reports to nobody but this desk.',
    ScanRequest,
    OrderedResponse,
  ),
  route(
    'POST',
    '/v1/stays',
    'Orders something at a lock system that makes no key; reports to nobody but this desk.',
    StayRequest,
    OrderedResponse,
  ),
  route('GET', '/v1/rooms', 'The list of rooms that key systems go by.', null, RoomsResponse),
  route(
    'PUT',
    '/v1/rooms',
    'Replaces the list of rooms, all of it or nothing.',
    ReplaceRoomsRequest,
    RoomChangesResponse,
  ),
  route(
    'GET',
    '/v1/rooms/check',
    'Compares the list of rooms with the hub’s entrances and the configuration.',
    null,
    RoomsCheckResponse,
  ),
  route('GET', '/v1/sessions', 'The sessions that are remembered, newest first.', null, SessionsResponse),
  route(
    'GET',
    '/v1/sessions/:order_id',
    'One session in full; waits for its next change.',
    SessionQuery,
    SessionBody,
  ),
  route('POST', '/v1/sessions/:order_id/cancel', 'Asks the session to stop.', EmptyRequest, SessionBody),
  route(
    'POST',
    '/v1/sessions/:order_id/confirm',
    'Answers yes to what it asks.',
    ConfirmRequest,
    SessionBody,
  ),
  route('GET', '/v1/audit', 'Who ordered what and how it ended, as JSON lines.', AuditQuery, AuditBody),
  route('GET', '/v1/pairing', 'How far pairing with a hub has come.', null, PairingResponse),
  route(
    'POST',
    '/v1/pairing',
    'Pairs: at once with a key, else shows a code to claim.',
    PairingRequest,
    PairingResponse,
  ),
  route('GET', '/v1/doctor', 'Examines this computer.', null, DoctorReport),
]
