import type { HidEmulator, HidListener, HidTransport } from '../contract/index.ts'
import { createMessageEnd, type MessageCable } from './memory-messages.ts'

export type MemoryHid = HidTransport & MessageCable

/** Connects an emulated HID device without a kernel: reports and feature transfers whole, lost while nobody listens. */
export const connectHid = (emulator: HidEmulator, path = 'memory'): MemoryHid => {
  const end = createMessageEnd<HidListener>(path, () => emulator.powerCycle())
  emulator.connect((report) => {
    const copy = report.slice()
    end.deliver((listener) => listener.onReport(copy))
  })
  return Object.assign(end.base, {
    kind: 'hid' as const,
    facts: emulator.facts,
    write: (reportId: number, data: Uint8Array) => {
      const copy = data.slice()
      return end.send(() => emulator.receive(reportId, copy))
    },
    sendFeature: (reportId: number, data: Uint8Array) => {
      const copy = data.slice()
      return end.send(() => emulator.setFeature(reportId, copy))
    },
    getFeature: (reportId: number, sizeBytes: number) =>
      end.ask(() => emulator.getFeature(reportId, sizeBytes).slice()),
  })
}
