import type { z } from 'zod'
import * as desk from '../schema.ts'
import { EventBody, EventsQuery } from './events.ts'
import * as people from './people.ts'
import * as rooms from './rooms.ts'
import { HealthResponse, MetricsText, ReadyResponse } from './health.ts'
import { PageFile } from './page.ts'
import { StayRequest } from './stays.ts'
import * as upkeep from './upkeep.ts'
import * as work from './work.ts'

/**
 * Whom a route lets in: a role, or `locked` for a page whose clerk has not said who it is, or `anybody` without token and
 * cookie.
 */
export type Admission = people.Role | 'locked' | 'anybody'

/**
 * How a route answers: one JSON document, JSON lines, the messages of a WebSocket, text for monitors, or a file of the page.
 */
type Form = 'json' | 'lines' | 'events' | 'text' | 'file'

/** One route of the control API. The one table that the server, its authorisation, the client and the documents go by. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly admits: Admission
  readonly does: string
  /** The body of a POST or PUT, the query of a GET; null for none. */
  readonly request: z.ZodType | null
  /** The document, one line of the lines, one message of the events. */
  readonly answer: z.ZodType
  readonly form: Form
}

const get = <const P extends string, A extends z.ZodType, Q extends z.ZodType | null = null>(
  path: P,
  admits: Admission,
  does: string,
  answer: A,
  request: Q = null as Q,
) => ({ method: 'GET' as const, path, admits, does, request, answer, form: 'json' as const })

const post = <const P extends string, Q extends z.ZodType, A extends z.ZodType>(
  path: P,
  admits: Admission,
  does: string,
  request: Q,
  answer: A,
) => ({ method: 'POST' as const, path, admits, does, request, answer, form: 'json' as const })

const put = <const P extends string, Q extends z.ZodType, A extends z.ZodType>(
  path: P,
  admits: Admission,
  does: string,
  request: Q,
  answer: A,
) => ({ ...post(path, admits, does, request, answer), method: 'PUT' as const })

const nothing = desk.EmptyRequest

export const controlRoutes = {
  page: { ...get('/', 'anybody', 'The operator’s page.', PageFile), form: 'file' },
  pageAsset: { ...get('/assets/:file', 'anybody', 'What the page is made of.', PageFile), form: 'file' },

  health: get('/healthz', 'anybody', 'Says that the daemon is alive.', HealthResponse),
  ready: get(
    '/readyz',
    'anybody',
    'Says whether it can take orders: 200, or 503 with what fails. The link to the hub is no condition.',
    ReadyResponse,
  ),
  metrics: {
    ...get('/metrics', 'read_only', 'What monitors count, as OpenMetrics.', MetricsText),
    form: 'text',
  },

  status: get(
    '/v1/status',
    'locked',
    'The link, the encoders, open sessions, results on their way.',
    desk.StatusResponse,
  ),
  events: {
    ...get(
      '/v1/events',
      'locked',
      'A WebSocket: what happens at the desk, for as long as the caller listens.',
      EventBody,
      EventsQuery,
    ),
    form: 'events',
  },

  me: get('/v1/me', 'locked', 'Who is asking.', people.MeResponse),
  makePageLink: post(
    '/v1/page_links',
    'installer',
    'Makes a link that signs one browser in, once.',
    people.PageLinkRequest,
    people.PageLinkResponse,
  ),
  signIn: post(
    '/v1/sign_in',
    'anybody',
    'Uses such a link; sets the cookie.',
    people.SignInRequest,
    people.MeResponse,
  ),
  signOut: post('/v1/sign_out', 'locked', 'Ends the page’s session.', nothing, nothing),
  clerks: get('/v1/clerks', 'locked', 'Who is named at this desk.', people.ClerksResponse),
  addClerk: post('/v1/clerks', 'installer', 'Names somebody.', people.NewClerkRequest, people.ClerkBody),
  changeClerk: put(
    '/v1/clerks/:clerk_id',
    'installer',
    'Changes name, role or PIN.',
    people.ClerkChange,
    people.ClerkBody,
  ),
  learnBadge: post(
    '/v1/clerks/:clerk_id/badge',
    'installer',
    'Learns the badge that is shown next.',
    people.BadgeRequest,
    people.ClerkBody,
  ),
  removeClerk: post(
    '/v1/clerks/:clerk_id/remove',
    'installer',
    'Forgets somebody; the audit does not.',
    nothing,
    nothing,
  ),
  switchClerk: post(
    '/v1/switch',
    'locked',
    'Says who is at the page.',
    people.SwitchRequest,
    people.MeResponse,
  ),
  lock: post(
    '/v1/lock',
    'locked',
    'Locks the page until somebody says who it is.',
    nothing,
    people.MeResponse,
  ),

  work: get('/v1/work', 'read_only', 'The cards that wait to be made at this desk.', work.WorkResponse),
  refreshWork: post(
    '/v1/work/refresh',
    'read_only',
    'Asks the hub for them anew.',
    nothing,
    work.WorkResponse,
  ),
  encode: post(
    '/v1/encodes',
    'operator',
    'Has the hub order an encode at this desk.',
    desk.EncodeRequest,
    desk.OrderedResponse,
  ),
  assign: post(
    '/v1/assigns',
    'operator',
    'Reads a card that is known by its number, and gives it to an access method.',
    work.AssignRequest,
    desk.OrderedResponse,
  ),
  scan: post(
    '/v1/scans',
    'operator',
    'Orders a scan that reports to nobody but this desk.',
    desk.ScanRequest,
    desk.OrderedResponse,
  ),
  stay: post(
    '/v1/stays',
    'operator',
    'Orders something at a lock system that makes no key; reports to nobody but this desk.',
    StayRequest,
    desk.OrderedResponse,
  ),
  testCard: post(
    '/v1/tests',
    'operator',
    'Writes a record that opens nothing to a card, and reads it back.',
    upkeep.TestCardRequest,
    desk.OrderedResponse,
  ),
  grants: get(
    '/v1/grants',
    'operator',
    'What is to be handed over for a grant, without secrets.',
    work.GrantsResponse,
    work.GrantsQuery,
  ),
  reveal: post(
    '/v1/grants/reveal',
    'operator',
    'Tells one secret to hand over; the audit knows who asked.',
    work.RevealRequest,
    work.RevealResponse,
  ),
  extend: post(
    '/v1/grants/extend',
    'operator',
    'Lets a grant end at another instant.',
    work.ExtendRequest,
    nothing,
  ),

  sessions: get(
    '/v1/sessions',
    'read_only',
    'The sessions that are remembered, newest first.',
    desk.SessionsResponse,
  ),
  session: get(
    '/v1/sessions/:order_id',
    'read_only',
    'One session in full; waits for its next change.',
    desk.SessionBody,
    desk.SessionQuery,
  ),
  cancel: post(
    '/v1/sessions/:order_id/cancel',
    'operator',
    'Asks the session to stop.',
    nothing,
    desk.SessionBody,
  ),
  confirm: post(
    '/v1/sessions/:order_id/confirm',
    'operator',
    'Answers yes to what it asks.',
    desk.ConfirmRequest,
    desk.SessionBody,
  ),
  audit: {
    ...get(
      '/v1/audit',
      'read_only',
      'Who ordered what and how it ended, as JSON lines; the UID of a card only to whoever ordered, and to installers.',
      desk.AuditBody,
      desk.AuditQuery,
    ),
    form: 'lines',
  },

  encoders: get('/v1/encoders', 'read_only', 'The encoders of this desk.', desk.EncodersResponse),
  takeOver: post(
    '/v1/encoders/take_over',
    'operator',
    'Takes an encoder from the order that is believed to hold it.',
    desk.TakeOverRequest,
    desk.EncodersResponse,
  ),
  accept: post(
    '/v1/encoders/accept',
    'installer',
    'Uses from now on the device that is connected in place of the one that was set up.',
    desk.AcceptRequest,
    desk.EncodersResponse,
  ),
  identify: post(
    '/v1/encoders/identify',
    'operator',
    'Tells encoders apart: by their lights, or by a card that is shown to one.',
    desk.IdentifyRequest,
    desk.IdentifyResponse,
  ),
  placeCard: post(
    '/v1/virtual/cards/place',
    'installer',
    'Puts a card into the field of a virtual encoder.',
    desk.PlaceCardRequest,
    nothing,
  ),
  removeCard: post(
    '/v1/virtual/cards/remove',
    'installer',
    'Takes it out again.',
    desk.RemoveCardRequest,
    nothing,
  ),
  present: post(
    '/v1/virtual/present',
    'installer',
    'Shows a code or a badge to a virtual scanner.',
    desk.PresentRequest,
    nothing,
  ),
  connected: get(
    '/v1/devices/connected',
    'installer',
    'What is plugged in, and whose it may be.',
    upkeep.ConnectedResponse,
  ),
  drivers: get('/v1/drivers', 'read_only', 'The drivers of this program.', upkeep.DriversResponse),

  rooms: get('/v1/rooms', 'read_only', 'The list of rooms that key systems go by.', rooms.RoomsResponse),
  replaceRooms: put(
    '/v1/rooms',
    'installer',
    'Replaces the list of rooms, all of it or nothing.',
    rooms.ReplaceRoomsRequest,
    rooms.RoomChangesResponse,
  ),
  checkRooms: get(
    '/v1/rooms/check',
    'installer',
    'Compares the list of rooms with the hub’s entrances and the configuration.',
    rooms.RoomsCheckResponse,
  ),

  pairing: get('/v1/pairing', 'installer', 'How far pairing with a hub has come.', desk.PairingResponse),
  pair: post(
    '/v1/pairing',
    'installer',
    'Pairs: at once with a key, else shows a code to claim.',
    desk.PairingRequest,
    desk.PairingResponse,
  ),

  settings: get(
    '/v1/settings',
    'installer',
    'The configuration file, and its schema.',
    upkeep.SettingsResponse,
  ),
  replaceSettings: put(
    '/v1/settings',
    'installer',
    'Saves the configuration file, all of it or nothing.',
    upkeep.ReplaceSettingsRequest,
    upkeep.SettingsResponse,
  ),
  restart: post(
    '/v1/restart',
    'installer',
    'Starts the daemon again, with the file’s settings.',
    nothing,
    upkeep.RestartResponse,
  ),
  doctor: get('/v1/doctor', 'read_only', 'Examines this computer.', desk.DoctorReport),
  log: get('/v1/log', 'installer', 'The newest lines of the log.', upkeep.LogResponse, upkeep.LogQuery),
  diagnostics: get('/v1/diagnostics', 'installer', 'Whether a capture runs.', upkeep.DiagnosticsResponse),
  startCapture: post(
    '/v1/diagnostics/start',
    'installer',
    'Logs everything until it is stopped.',
    nothing,
    upkeep.DiagnosticsResponse,
  ),
  stopCapture: post(
    '/v1/diagnostics/stop',
    'installer',
    'Stops the capture; the bundle keeps it.',
    nothing,
    upkeep.DiagnosticsResponse,
  ),
  bundle: {
    ...get(
      '/v1/diagnostics/bundle',
      'installer',
      'What support needs, as a ZIP file without secrets.',
      upkeep.BundleResponse,
    ),
    form: 'file',
  },
} as const satisfies Readonly<Record<string, ControlRoute>>

export type ControlRouteName = keyof typeof controlRoutes

/** The same as a list, for whoever goes through all of them. */
export const allControlRoutes: readonly ControlRoute[] = Object.values(controlRoutes)
