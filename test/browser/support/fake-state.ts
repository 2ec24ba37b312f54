import { OrderId } from '../../../src/contract/ids.ts'
import { BridgeError, type ErrorCode } from '../../../src/contract/errors.ts'
import type {
  EncoderBody,
  EndingBody,
  Fault,
  SessionBody,
  StatusResponse,
} from '../../../src/control/schema.ts'
import type { ClerkBody, MeResponse } from '../../../src/control/schema/people.ts'
import type { GrantsResponse, WorkResponse } from '../../../src/control/schema/work.ts'

export interface FakeState {
  me: MeResponse
  clerks: ClerkBody[]
  status: StatusResponse
  work: WorkResponse
  sessions: Map<string, SessionBody>
}

type Encoder = EncoderBody
type WorkItem = WorkResponse['items'][number]
export type Grant = GrantsResponse['grants'][number]

export const frontDesk: Encoder = {
  encoder_id: '11111111-1111-4111-8111-111111111111',
  name: 'Front Desk',
  driver: 'pn532',
  kind: 'card',
  transport: 'serial',
  path: '/dev/ttyUSB0',
  identity: 'path:/dev/ttyUSB0',
  presentation: 'field',
  indicators: [],
  layout: 'demo',
  technologies: ['mifare-classic-1k'],
  state: 'ready',
  error: null,
  model: 'PN532',
  firmware: '1.6',
  serial_number: null,
  address: null,
  keys: null,
  lease: null,
}

export const lockEncoder: Encoder = {
  ...frontDesk,
  encoder_id: '22222222-2222-4222-8222-222222222222',
  name: 'Night Desk',
  driver: 'salto',
  kind: 'keySystem',
  transport: 'tcp',
  technologies: [],
  keys: {
    purposes: ['new', 'additional', 'replacement'],
    copies_at_once: 1,
    rooms: 4,
    authorisations: true,
    time_step: 'minute',
    needs_end: true,
    reads: true,
    checks_out: true,
    moves_stays: true,
    cancels_tasks: false,
    assigns: false,
  },
}

export const faultOf = (code: ErrorCode): Fault => {
  const { facts, message } = new BridgeError(code)
  return { code, message, owner: facts.owner, next_step: facts.nextStep }
}

/** An id that a test can recognise by its digit. */
export const idOf = (digit: string): string => '00000000-0000-4000-8000-000000000000'.replaceAll('0', digit)

export const workItem = (digit: string, room: string, rest: Partial<WorkItem> = {}): WorkItem => ({
  access_method_id: idOf(digit),
  access_grant_id: idOf(digit).replace('-4', '-5'),
  action: 'encode',
  reservation_key: `RES-10${digit}`,
  doors: [{ acs_entrance_id: `entrance-${digit}`, display_name: room }],
  starts_at: `2026-11-24T1${digit}:00:00.000Z`,
  ends_at: '2026-11-27T10:00:00.000Z',
  time_zone: 'Europe/Berlin',
  is_reissue: false,
  ...rest,
})

export const sessionOf = (rest: Partial<SessionBody> = {}): SessionBody => ({
  order_id: OrderId.parse('order-1'),
  kind: 'encode',
  state: 'waiting_for_card',
  revision: 1,
  encoder_id: frontDesk.encoder_id,
  encoder_name: frontDesk.name,
  progress: null,
  prompt: 'Place the card on Front Desk.',
  is_cancellable: true,
  is_yours: true,
  ending: null,
  ...rest,
})

const failed = (code: ErrorCode) => ({ error: faultOf(code), card_uid: '04A1B2C3' })

/** One of each way that a card ends. */
export const endings = {
  encoded: {
    kind: 'encoded',
    card_uid: '04A1B2C3',
    technology: 'mifare-classic-1k',
    proof: 'read_back',
    keys: null,
  },
  assigned: {
    kind: 'assigned',
    card_uid: '04A1B2C3',
    technology: 'mifare-classic-1k',
    card_number: '1234567',
  },
  untouched: { kind: 'untouched', ...failed('card_timeout') },
  spoiled: { kind: 'spoiled', ...failed('card_removed') },
  unknown: { kind: 'unknown', ...failed('outcome_unknown') },
} as const satisfies Readonly<Record<string, EndingBody>>

export const startState = (): FakeState => ({
  me: {
    via: 'page',
    role: 'operator',
    clerk: { clerk_id: idOf('a'), name: 'Ada' },
    has_clerks: true,
  },
  clerks: [
    { clerk_id: idOf('a'), name: 'Ada', role: 'operator', has_pin: true, has_badge: true },
    { clerk_id: idOf('b'), name: 'Bo', role: 'installer', has_pin: true, has_badge: false },
  ],
  status: {
    version: '1.2.3',
    started_at: '2026-11-24T06:00:00.000Z',
    link: {
      state: 'connected',
      transport: 'websocket',
      hub_endpoint: 'https://hub.example',
      connected_since: '2026-11-24T06:00:00.000Z',
      clock_skew_ms: 3,
      error: null,
    },
    encoders: [frontDesk, lockEncoder],
    sessions: [],
    outbox: { waiting: 0, oldest_at: null, refused: 0 },
    rooms: { count: 0, error: null },
  },
  work: {
    items: [
      workItem('2', 'Suite 201', { is_reissue: true }),
      workItem('1', 'Room 101'),
      workItem('3', 'Room 103', {
        action: 'assign',
        doors: [
          { acs_entrance_id: 'entrance-3', display_name: 'Room 103' },
          { acs_entrance_id: 'entrance-9', display_name: 'Spa' },
        ],
      }),
    ],
    as_of: '2026-11-24T09:55:00.000Z',
    error: null,
  },
  sessions: new Map(),
})
