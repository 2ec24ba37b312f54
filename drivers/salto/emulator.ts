import type { EmulatorOptions, SerialEmulator, TcpEmulator } from 'encoder-bridge/driver'
import { createPmsEmulator } from '../../src/emulation/pms-emulator.ts'
import type { PmsProduct } from '../../src/emulation/pms-product.ts'

/** Field 15 of CN, CC and CA: which serial numbers the answer bears. */
const tellsSerialNumbers = (fields: readonly string[]): 'none' | 'last' | 'all' => {
  if (fields[15] === '2') return 'all'
  return fields[15] === '1' ? 'last' : 'none'
}

const space: PmsProduct = {
  encoders: ['1', '2', 'Desk 1'],
  refusals: {
    key_order_refused: ['ES'],
    key_encoder_offline: ['NC'],
    lock_system_fault: ['NF', 'EG'],
    key_encoder_busy: ['OV', 'EO'],
    card_misplaced: ['EP'],
    card_foreign: ['EF'],
    room_unknown: ['TD'],
    card_timeout: ['ED'],
    room_checked_out: ['EA'],
    room_out_of_service: ['OS'],
    card_staff: ['EV'],
  },
  timeDigits: 10,
  symbols: '123456789abcdefghijklmnopqrstuvwxyz!#$%&()*+,-./:;<=>?@[\\]^_{}',
  countedCopies: 2,
  copyWithoutGuest: { refuse: 'EA' },
  oneShots: Number.POSITIVE_INFINITY,
  staffRefusal: 'EV',
  takesUnchecked: true,
  commands: ['CN', 'CC', 'CA', 'CO', 'LT', 'MC'],
  tellsSerialNumbers,
  readsSerialNumber: false,
}

/**
 * Makes a Space with rooms 101 to 110 and encoders `1`, `2` and `Desk 1`, written from the same public clients as the driver and
 * a second time. An encoder waits 25 s for a card. Its faults are createPmsEmulator's, and the codes and letters of its
 * refusals: `EO` refuses as well as `key_encoder_busy`.
 */
export const createSaltoEmulator = (options: EmulatorOptions): SerialEmulator | TcpEmulator =>
  createPmsEmulator(space, options)
