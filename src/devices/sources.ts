import { watch } from 'node:fs'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { TransportKind } from '../contract/transport.ts'
import { loadHid } from '../transport/hid-library.ts'
import { listHidDevices } from '../transport/hid-list.ts'
import { listKeyboards } from '../transport/keyboard-list.ts'
import { listSerialPorts } from '../transport/serial-list.ts'
import { type Candidate, plainText } from './candidate.ts'
import type { CandidateSource } from './inventory.ts'

const nothingTold = {
  vendorId: null,
  productId: null,
  serialNumber: null,
  usbPath: null,
  interfaceNumber: 0,
  usagePage: null,
  usage: null,
  label: '',
} as const

const labelOf = (...words: readonly (string | undefined)[]): string =>
  plainText(words.filter((word) => word !== undefined && word !== '').join(' '))

const nullIfEmpty = (text: string): string | null => (text === '' ? null : text)
const serialNumberOf = (told: string | undefined): string | null => nullIfEmpty(plainText(told ?? ''))
const usbId = (value: number): string => value.toString(16).padStart(4, '0')

const noList = (failure: BridgeError): Awaited<ReturnType<CandidateSource['list']>> => ({
  candidates: [],
  failure,
})

const listSerial: CandidateSource['list'] = async () => {
  const { ports, reason } = await listSerialPorts()
  if (reason !== undefined) return noList(new BridgeError('driver_unavailable', reason))
  const candidates = ports.map((port) => ({
    ...nothingTold,
    transport: 'serial' as const,
    path: port.path,
    vendorId: port.vendorId ?? null,
    productId: port.productId ?? null,
    serialNumber: serialNumberOf(port.serialNumber),
    usbPath: port.usbPath ?? null,
    interfaceNumber: port.interfaceNumber,
    label: labelOf(port.manufacturer, port.product),
  }))
  return { candidates, failure: null }
}

const listHid: CandidateSource['list'] = async () => {
  const { devices, reason } = await listHidDevices()
  if (reason !== undefined) {
    // The list tells its reason as prose; the library, whether it is missing.
    const missing = await loadHid().then(
      () => null,
      (error: unknown) => toBridgeError(error),
    )
    return noList(missing ?? new BridgeError('driver_unavailable', reason))
  }
  const candidates = devices.map(({ path, facts, usbPath }) => ({
    ...nothingTold,
    transport: 'hid' as const,
    path,
    vendorId: usbId(facts.vendorId),
    productId: usbId(facts.productId),
    serialNumber: serialNumberOf(facts.serialNumber),
    usbPath,
    usagePage: facts.usagePage,
    usage: facts.usage,
    label: labelOf(facts.manufacturer, facts.product),
  }))
  return { candidates, failure: null }
}

const listKeys: CandidateSource['list'] = () => {
  const candidates = listKeyboards().map(({ path, name, vendorId, productId, serialNumber, usbPath }) => ({
    ...nothingTold,
    transport: 'keyboard' as const,
    path,
    vendorId: nullIfEmpty(vendorId),
    productId: nullIfEmpty(productId),
    serialNumber: serialNumberOf(serialNumber),
    usbPath,
    label: labelOf(name),
  }))
  return Promise.resolve({ candidates, failure: null })
}

/** devtmpfs makes and removes nodes at once; on other systems nothing tells, and the lists are read again and again. */
const watchNodes = (folder: string, nodes: RegExp, onHint: () => void): (() => void) => {
  if (process.platform !== 'linux') return () => undefined
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name === null || nodes.test(name)) onHint()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}

const nodeSource = (
  kind: Candidate['transport'],
  list: CandidateSource['list'],
  folder: string,
  nodes: RegExp,
): CandidateSource => ({
  kind,
  list,
  watch: (onHint) => watchNodes(folder, nodes, onHint),
  close: () => Promise.resolve(),
})

/** The smart-card service tells of its readers by itself; where it does not run it is asked for at every look. */
const createPcscSource = (): CandidateSource => {
  let hint = (): void => undefined
  let watching: Promise<() => void> | null = null

  const start = async (): Promise<() => void> => {
    const { watchPcscReaders } = await import('../transport/pcsc.ts')
    return watchPcscReaders({
      onArrival: () => hint(),
      onRemoval: () => hint(),
      onEnd: () => {
        watching = null
        hint()
      },
    })
  }

  return {
    kind: 'pcsc',
    list: async () => {
      watching ??= start()
      try {
        await watching
      } catch (error) {
        watching = null
        return noList(toBridgeError(error, 'pcsc_unavailable'))
      }
      const { readers, reason } = await (await import('../transport/pcsc.ts')).listPcscReaders()
      if (reason !== undefined) return noList(new BridgeError('pcsc_unavailable', reason))
      const candidates = readers.map((path) => ({ ...nothingTold, transport: 'pcsc' as const, path }))
      return { candidates, failure: null }
    },
    watch: (onHint) => {
      hint = onHint
      return () => {
        hint = () => undefined
      }
    },
    close: async () => {
      const stop = await watching?.catch(() => undefined)
      stop?.()
    },
  }
}

/** The lists of this computer for these kinds; a library is loaded only for a kind that somebody uses. */
export const sourcesFor = (kinds: ReadonlySet<TransportKind>): readonly CandidateSource[] => [
  ...(kinds.has('serial') ? [nodeSource('serial', listSerial, '/dev', /^(?:tty|rfcomm)/)] : []),
  ...(kinds.has('hid') ? [nodeSource('hid', listHid, '/dev', /^hidraw/)] : []),
  ...(kinds.has('keyboard') ? [nodeSource('keyboard', listKeys, '/dev/input', /^event/)] : []),
  ...(kinds.has('pcsc') ? [createPcscSource()] : []),
]
