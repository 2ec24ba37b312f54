import { atOnce, type Command, type Commands, FALSE, TRUE, uint32, valueOf } from './emulator-commands.ts'
import { resetReader, type Reader } from './emulator-reader.ts'

/** The string of DocRev25 §1.5.1.4, and the device's number of §1.5.1.8. */
const VERSION = 'TWN4/B1.03/CCF1.57/PRS1.03/PI'
const DEVICE_UID = [0x2d, 0x00, 0x2f, 0x00, 0x0b, 0x47, 0x30, 0x35, 0x31, 0x35, 0x32, 0x33]
const USBTYPE_CDC = 1
const DEVTYPE_MIFARENFC = 11

/** twn4.sys.h; parameters end with TLV_END. */
const TLV_END = 0
const AT55_BITRATE = 11
const AT55_OPTIONS = 12
const AT55_OPT_SEQUENCETERMINATOR = 0x01

/** Takes a list of parameters or refuses it as a whole. Parameters of no interest here are taken and forgotten. */
const setParameters = (reader: Reader, list: Uint8Array): boolean => {
  const given = new Map<number, number>()
  let at = 0
  while (list[at] !== TLV_END) {
    const [type, size, ...rest] = list.slice(at)
    if (type === undefined || size === undefined || rest.length < size) return false
    given.set(type, rest[0] ?? 0)
    at += 2 + size
  }
  if (at !== list.length - 1) return false
  reader.lfBitRate = given.get(AT55_BITRATE) ?? reader.lfBitRate
  const options = given.get(AT55_OPTIONS)
  if (options !== undefined) reader.hasTerminator = (options & AT55_OPT_SEQUENCETERMINATOR) !== 0
  return true
}

/** Lights and beeps leave no trace: only that the function is there. */
const silently = (...parameters: readonly number[]): Command => ({ parameters, run: () => atOnce() })

/** DocRev25 §1.5.1 and §1.5.3. */
export const systemCommands: Commands = new Map<number, Command>([
  [
    0x0001,
    {
      parameters: [],
      run: (reader) => {
        resetReader(reader)
        return atOnce()
      },
    },
  ],
  [0x0003, { parameters: [], run: (reader) => atOnce(...uint32(Math.floor(reader.nowMs()))) }],
  [
    0x0004,
    {
      parameters: [1],
      run: (_reader, maxLength = new Uint8Array(1)) => {
        const text = VERSION.slice(0, valueOf(maxLength))
        return atOnce(text.length, ...Array.from(text, (character) => character.charCodeAt(0)))
      },
    },
  ],
  [0x0005, { parameters: [], run: () => atOnce(USBTYPE_CDC) }],
  [0x0006, { parameters: [], run: () => atOnce(DEVTYPE_MIFARENFC) }],
  [0x0008, { parameters: [], run: () => atOnce(...DEVICE_UID) }],
  [
    0x0009,
    {
      parameters: ['counted'],
      run: (reader, list = new Uint8Array(0)) => atOnce(setParameters(reader, list) ? TRUE : FALSE),
    },
  ],
  [0x000a, { parameters: [], run: () => atOnce(...uint32(0)) }],
  [0x0400, silently(1, 1, 1)],
  [0x0401, silently(1, 1)],
  [0x0402, silently(1)],
  [0x0403, silently(1)],
  [0x0404, silently(1)],
  [0x0405, silently(1, 2, 2)],
  [0x0407, silently(1, 2, 2, 2)],
  [0x0408, silently()],
  [0x0409, silently()],
  [0x040a, silently()],
])

/** DocRev25 §1.5.3.15 to §1.5.3.21; DocRev17 has none of them. */
export const ledCommands: Commands = new Map<number, Command>([
  [0x0410, silently(1)],
  [0x0411, silently(1)],
  [0x0412, silently(1)],
  [0x0413, silently(1)],
  [0x0414, silently(1, 2, 2)],
  [0x0416, silently(1, 2)],
  [0x0417, silently()],
])
