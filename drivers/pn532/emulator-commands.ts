import type { Chip } from './emulator-chip.ts'
import {
  atOnce,
  communicateThru,
  configureField,
  dataExchange,
  deselect,
  listPassiveTarget,
  release,
  select,
  type Command,
} from './emulator-targets.ts'

/** SetSerialBaudRate's codes 00 to 08 (UM0701-02 §7.2.6). */
const BAUD_RATES = [9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000]

/** UM0701-02 §7.2.1. The tests of ROM, RAM and antenna pass; no ISO/IEC 14443-4 card is ever present. */
const diagnose: Command = (_chip, parameters) => {
  switch (parameters[0]) {
    case 0x00:
      return atOnce(...parameters)
    case 0x01:
    case 0x02:
    case 0x07:
      return atOnce(0x00)
    case 0x06:
      return atOnce(0x01)
    default:
      return undefined
  }
}

/** PN532 v1.6 with type A, type B and ISO/IEC 18092. */
const getFirmwareVersion: Command = () => atOnce(0x32, 0x01, 0x06, 0x07)

/** UM0701-02 §7.2.3: 106 kbit/s in both directions and modulation type 00 for every target. */
const getGeneralStatus: Command = (chip) =>
  atOnce(
    chip.lastStatus,
    0x00,
    chip.targets.length,
    ...chip.targets.flatMap((_target, index) => [index + 1, 0x00, 0x00, 0x00]),
    chip.samMode - 1,
  )

/** UM0701-02 §7.2.4: addresses of two bytes in, a byte each out. Of the registers, only those of the CRC do anything here. */
const readRegister: Command = (chip, parameters) => {
  if (parameters.length === 0 || parameters.length % 2 !== 0) return undefined
  const values: number[] = []
  for (let index = 0; index < parameters.length; index += 2) {
    values.push(chip.registers.get(((parameters[index] ?? 0) << 8) | (parameters[index + 1] ?? 0)) ?? 0)
  }
  return atOnce(...values)
}

/** UM0701-02 §7.2.5: address and value, three bytes each. */
const writeRegister: Command = (chip, parameters) => {
  if (parameters.length === 0 || parameters.length % 3 !== 0) return undefined
  for (let index = 0; index < parameters.length; index += 3) {
    const address = ((parameters[index] ?? 0) << 8) | (parameters[index + 1] ?? 0)
    chip.registers.set(address, parameters[index + 2] ?? 0)
  }
  return atOnce()
}

/** The new speed holds once the host has acknowledged the answer (UM0701-02 §7.2.6). */
const setSerialBaudRate: Command = (chip, [code = 0xff, ...rest]) => {
  const baudRate = BAUD_RATES[code]
  if (baudRate === undefined || rest.length > 0) return undefined
  return {
    takesMs: 0,
    finish: () => [],
    afterAnswer: () => {
      chip.nextBaudRate = baudRate
    },
  }
}

const setParameters: Command = (chip, [flags, ...rest]) => {
  if (flags === undefined || rest.length > 0) return undefined
  return {
    takesMs: 0,
    finish: () => [],
    afterAnswer: () => {
      chip.flags = flags
    },
  }
}

const samConfiguration: Command = (chip, [mode = 0, ...rest]) => {
  if (mode < 1 || mode > 4 || rest.length > 2) return undefined
  chip.power = 'ready'
  chip.samMode = mode
  return atOnce()
}

const powerDown: Command = (chip, [wakeSources, ...rest]) => {
  if (wakeSources === undefined || rest.length > 1) return undefined
  return {
    takesMs: 0,
    finish: () => [0x00],
    afterAnswer: () => {
      chip.power = 'asleep'
    },
  }
}

/** UM0701-02 §7.3.1: the length of each item's data. */
const RF_ITEMS = new Map([
  [0x01, 1],
  [0x02, 3],
  [0x04, 1],
  [0x05, 3],
])

const rfConfiguration: Command = (chip, [item = 0, ...values]) => {
  if (RF_ITEMS.get(item) !== values.length) return undefined
  if (item === 0x01) configureField(chip, values[0] ?? 0)
  if (item === 0x05) chip.passiveRetries = values[2] ?? 0
  return atOnce()
}

const COMMANDS = new Map<number, Command>([
  [0x00, diagnose],
  [0x02, getFirmwareVersion],
  [0x04, getGeneralStatus],
  [0x06, readRegister],
  [0x08, writeRegister],
  [0x10, setSerialBaudRate],
  [0x12, setParameters],
  [0x14, samConfiguration],
  [0x16, powerDown],
  [0x32, rfConfiguration],
  [0x40, dataExchange],
  [0x42, communicateThru],
  [0x44, deselect],
  [0x4a, listPassiveTarget],
  [0x52, release],
  [0x54, select],
])

export const SAM_CONFIGURATION = 0x14

/** Begins a command, TFI left out. Undefined: the chip answers with the error frame. */
export const beginCommand = (chip: Chip, code: number, parameters: Uint8Array): ReturnType<Command> =>
  COMMANDS.get(code)?.(chip, parameters)
