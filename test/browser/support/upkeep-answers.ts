import { configJsonSchema } from '../../../src/config/schema.ts'
import type { AuditBody, DoctorReport } from '../../../src/control/schema.ts'
import type { MeResponse } from '../../../src/control/schema/people.ts'
import type {
  ConnectedResponse,
  DriversResponse,
  LogResponse,
  SettingsResponse,
} from '../../../src/control/schema/upkeep.ts'
import { faultOf, frontDesk, idOf, lockEncoder } from './fake-state.ts'

/** What an installer's desk answers, made up so that every kind of thing is in it. */

export const installer: MeResponse = {
  via: 'page',
  role: 'installer',
  clerk: { clerk_id: idOf('b'), name: 'Bo' },
  has_clerks: true,
}

/** A good one, one in use, twins, another device in a place, a lock system, a scanner. */
export const manyDevices = [
  { ...frontDesk, serial_number: 'A1B2C3', firmware: '1.6' },
  {
    ...frontDesk,
    encoder_id: idOf('3'),
    name: 'Desk 1',
    state: 'failed' as const,
    path: null,
    error: faultOf('device_ambiguous'),
  },
  {
    ...frontDesk,
    encoder_id: idOf('4'),
    name: 'Back Office',
    state: 'failed' as const,
    error: faultOf('device_quarantined'),
  },
  lockEncoder,
  {
    ...frontDesk,
    encoder_id: idOf('5'),
    name: 'Entrance scanner',
    driver: 'hid-scanner',
    kind: 'scanner' as const,
    transport: 'hid' as const,
    technologies: ['barcode'],
    model: 'Honeywell 1900',
  },
]

export const connected: ConnectedResponse = {
  devices: [
    {
      transport: 'serial',
      path: '/dev/ttyUSB0',
      description: 'FTDI FT232R USB UART',
      identity: 'usb-serial:0403:6001:A1B2C3',
      is_configured: true,
      drivers: [{ id: 'pn532', is_own: false, note: 'FTDI adapter' }],
    },
    {
      transport: 'pcsc',
      path: 'ACS ACR122U PICC Interface 00 00',
      description: 'ACS ACR122U PICC Interface 00 00',
      identity: 'usb-path:1-2.3',
      is_configured: false,
      drivers: [{ id: 'pcsc', is_own: true, note: 'PC/SC reader' }],
    },
  ],
}

export const drivers: DriversResponse = {
  drivers: [
    {
      id: 'pcsc',
      kind: 'card',
      transports: ['pcsc'],
      technologies: ['mifare-classic-1k'],
      summary: 'PC/SC contactless reader',
    },
    {
      id: 'pn532',
      kind: 'card',
      transports: ['serial'],
      technologies: ['mifare-classic-1k'],
      summary: 'NXP PN532 (serial)',
    },
    {
      id: 'salto',
      kind: 'keySystem',
      transports: ['tcp'],
      technologies: [],
      summary: 'SALTO Space (PMS Industry Standard)',
    },
  ],
}

const schema = { ...configJsonSchema() }

export const settings = (change: Partial<SettingsResponse> = {}): SettingsResponse => ({
  file: '/var/lib/encoder-bridge/config.yaml',
  revision: 'one',
  schema,
  values: {
    devices: [
      { driver: 'pn532', path: '/dev/ttyUSB0', name: 'Front Desk', options: { sessionBaudRate: 460800 } },
    ],
    sessions: { cardTimeoutSeconds: 90 },
    limits: { technologies: ['mifare-classic-1k'] },
  },
  from_environment: ['log.level'],
  restart_needed: ['sessions.cardTimeoutSeconds'],
  restart_error: null,
  ...change,
})

export const examination: DoctorReport = {
  checks: [
    { name: 'node', status: 'ok', message: 'Node 20.19.0.' },
    { name: 'polkit rule', status: 'skipped', message: 'pcscd asks no polkit here.' },
    {
      name: 'udev rules',
      status: 'warning',
      message: '99-encoder-bridge.rules is not installed: USB encoders may belong to root alone.',
      next_step:
        'sudo install -m 644 systemd/99-encoder-bridge.rules /etc/udev/rules.d/ && sudo udevadm control --reload',
    },
    {
      name: 'port of Front Desk',
      status: 'failed',
      message: '/dev/ttyUSB0 may not be used by bridge.',
      next_step: 'sudo usermod -aG dialout bridge',
    },
  ],
}

export const log: LogResponse = {
  lines: [
    {
      at: '2026-11-24T09:59:58.000Z',
      level: 'info',
      component: 'devices',
      message: 'device opened',
      fields: { encoder: 'Front Desk' },
    },
    { at: '2026-11-24T09:59:59.000Z', level: 'debug', component: 'pn532', message: 'frame', fields: {} },
    {
      at: '2026-11-24T10:00:00.000Z',
      level: 'error',
      component: 'hub',
      message: 'the hub does not answer',
      fields: { code: 'hub_unreachable' },
    },
  ],
}

const line = (minutes: number, event: string, rest: Partial<AuditBody> = {}): AuditBody => ({
  at: `2026-11-24T09:${String(minutes).padStart(2, '0')}:00.000Z`,
  event,
  order_id: null,
  ordered_by: null,
  encoder_id: null,
  card_uid: null,
  outcome: null,
  ...rest,
})

const of = (orderId: string) => ({ order_id: orderId, ordered_by: 'clerk Ada' })
const at = { encoder_id: frontDesk.encoder_id }

/** One order that went well, one that did not, one that was refused, and two that belong to no order. */
export const audit: readonly AuditBody[] = [
  line(1, 'paired', { outcome: 'bridge-1' }),
  line(2, 'accepted', of('order-a')),
  line(3, 'writing', { ...of('order-a'), ...at, card_uid: '04A1B2C3' }),
  line(4, 'verified', { ...of('order-a'), ...at, card_uid: '04A1B2C3' }),
  line(5, 'ended', { ...of('order-a'), ...at, card_uid: '04A1B2C3', outcome: 'encoded' }),
  line(6, 'accepted', of('order-b')),
  line(7, 'ended', {
    ...of('order-b'),
    encoder_id: lockEncoder.encoder_id,
    outcome: 'untouched card_timeout',
  }),
  line(8, 'refused', { ...of('order-c'), outcome: 'clock_skewed' }),
  line(9, 'acknowledged', { order_id: 'order-a' }),
]
