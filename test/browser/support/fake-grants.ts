import type { Grant } from './fake-state.ts'
import { idOf } from './fake-state.ts'

/** What nobody may find before somebody has asked to see it. */
export const secrets = {
  code: '739105',
  instant_key_url: 'https://ik.example/CANARY-INSTANT-KEY',
  client_session_token: 'seam_cst_CANARY',
} as const

const method = (digit: string, rest: Partial<Grant['access_methods'][number]>) => ({
  access_method_id: idOf(digit),
  mode: 'card' as const,
  display_name: 'A way in',
  is_issued: true,
  issued_at: '2026-11-24T09:00:00.000Z',
  is_encoding_required: false,
  is_assignment_required: false,
  secrets: [],
  remarks: [],
  ...rest,
})

/** A grant with one of each way in. */
export const grant: Grant = {
  access_grant_id: idOf('c'),
  display_name: 'Stay',
  reservation_key: 'RES-7',
  doors: ['Room 101'],
  starts_at: '2026-11-24T14:00:00.000Z',
  ends_at: '2026-11-27T10:00:00.000Z',
  time_zone: 'Europe/Berlin',
  access_methods: [
    method('1', { mode: 'code', secrets: ['code'] }),
    method('2', {}),
    method('3', { mode: 'mobile_key', secrets: ['instant_key_url', 'client_session_token'] }),
    method('4', {
      mode: 'cloud_key',
      is_issued: false,
      issued_at: null,
      remarks: [{ kind: 'warning', code: 'delay_in_issuing', message: 'Issuing takes longer than usual.' }],
    }),
    method('5', { is_issued: false, issued_at: null, is_encoding_required: true }),
  ],
}
