import type { EmulatorOptions, SerialEmulator, TcpEmulator } from 'encoder-bridge/driver'
import { createPmsEmulator } from '../../src/emulation/pms-emulator.ts'
import type { PmsProduct } from '../../src/emulation/pms-product.ts'

const ht24: PmsProduct = {
  encoders: ['1', '2', '12'],
  refusals: {
    key_order_refused: ['ES'],
    key_encoder_offline: ['NC'],
    lock_system_fault: ['NF'],
    key_encoder_busy: ['OV'],
    card_misplaced: ['EP'],
    card_foreign: ['EF'],
    card_write_refused: ['EN'],
    card_stuck: ['ET'],
    room_unknown: ['TD'],
    card_timeout: ['ED'],
    one_shot_used_up: ['EA'],
    room_out_of_service: ['OS'],
  },
  timeDigits: 8,
  symbols: '12345678',
  countedCopies: 4,
  // Its client takes CN for an answer to CC.
  copyWithoutGuest: { instead: 'CN' },
  oneShots: 4,
  staffRefusal: null,
  takesUnchecked: false,
  commands: ['CN', 'CC', 'CA', 'CO', 'LT', 'EX'],
  tellsSerialNumbers: () => 'last',
  readsSerialNumber: true,
}

/**
 * Makes an HT24 with rooms 101 to 110 and encoders 1, 2 and 12, written from the same public client as the driver and a second
 * time. An encoder waits 25 s for a card; EX ends that wait with ED, and is answered after it. Its faults are
 * createPmsEmulator's, and the codes and letters of its refusals.
 */
export const createOnityEmulator = (options: EmulatorOptions): SerialEmulator | TcpEmulator =>
  createPmsEmulator(ht24, options)
