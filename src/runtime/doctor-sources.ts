import { loadDriver } from '../../drivers/index.ts'
import type { DoctorSources } from '../control/doctor.ts'

/** A hub that takes longer to say anything at all is called unreachable. */
export const HUB_ANSWERS_WITHIN_MS = 5_000

/** The parts of the doctor that load libraries: each when it is asked for, so that the doctor runs where none is installed. */
export const doctorSources: Pick<
  DoctorSources,
  'transportsOf' | 'loadSerial' | 'loadHid' | 'listReaders' | 'holderOf' | 'groupOf' | 'readSecret'
> = {
  transportsOf: async (driver) => (await loadDriver(driver)).manifest.transports,
  loadSerial: async () => (await import('../transport/serial-list.ts')).loadSerialPort(),
  loadHid: async () => (await import('../transport/hid-library.ts')).loadHid(),
  listReaders: async () => (await import('../transport/pcsc.ts')).listPcscReaders(),
  holderOf: async (path) => (await import('../transport/file-holder.ts')).findFileHolder(path),
  // Nothing is connected before something is asked.
  readSecret: async (secretFile, path) =>
    (await import('../transport/http.ts')).openHttp(path, { secretFile }).close(),
  groupOf: async (path) => (await import('../transport/file-group.ts')).groupOfFile(path),
}
