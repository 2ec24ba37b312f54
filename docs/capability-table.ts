import { cardTechnologies, type CardTechnology } from '../src/contract/card.ts'
import type { DriverManifest } from '../src/contract/driver.ts'
import type { TransportKind } from '../src/contract/transport.ts'

/** The family and the member of it; a family of one has no members. */
const technologies: Readonly<
  Record<CardTechnology, readonly [family: string, ...members: readonly string[]]>
> = {
  'mifare-classic-mini': ['MIFARE Classic', 'Mini'],
  'mifare-classic-1k': ['MIFARE Classic', '1K'],
  'mifare-classic-4k': ['MIFARE Classic', '4K'],
  'mifare-ultralight': ['MIFARE Ultralight', 'plain'],
  'mifare-ultralight-c': ['MIFARE Ultralight', 'C'],
  'mifare-ultralight-ev1-48': ['MIFARE Ultralight', 'EV1 48'],
  'mifare-ultralight-ev1-128': ['MIFARE Ultralight', 'EV1 128'],
  ntag213: ['NTAG', '213'],
  ntag215: ['NTAG', '215'],
  ntag216: ['NTAG', '216'],
  'iso14443-4': ['ISO/IEC 14443-4'],
  em4100: ['EM4100'],
  t5577: ['T5577'],
  magstripe: ['magnetic stripe'],
  unknown: ['badges of no named kind'],
}

const kinds: Readonly<Record<DriverManifest['kind'], string>> = {
  card: 'card device',
  keySystem: 'key system',
  scanner: 'scanner',
}

const transports: Readonly<Record<TransportKind, string>> = {
  serial: 'serial line',
  tcp: 'TCP',
  http: 'HTTPS',
  hid: 'USB HID',
  pcsc: 'PC/SC',
  keyboard: 'keyboard',
  none: 'in the daemon',
}

const promises: Readonly<Record<DriverManifest['abort'], string>> = {
  anytime: 'at any time',
  betweenBlocks: 'between blocks',
  neverWhileWriting: 'never while writing',
}

const columns = ['device', 'driver', 'kind', 'transport', 'technologies', 'abort', 'shows', 'evidence']

/** `MIFARE Classic (Mini, 1K), EM4100`: each family once, with its members, in the order of the contract. */
const technologyList = (list: readonly CardTechnology[]): string => {
  const families = new Map<string, readonly string[]>()
  for (const technology of cardTechnologies.filter((known) => list.includes(known))) {
    const [family, ...members] = technologies[technology]
    families.set(family, [...(families.get(family) ?? []), ...members])
  }
  return [...families]
    .map(([family, members]) => (members.length === 0 ? family : `${family} (${members.join(', ')})`))
    .join(', ')
}

/** What a device without card technologies of ours reads or makes. */
const otherwise: Readonly<Record<DriverManifest['kind'], string>> = {
  card: '–',
  keySystem: 'the lock system’s own keys',
  scanner: 'barcodes',
}

const orDash = (text: string): string => (text === '' ? '–' : text)

const rowOf = (manifest: DriverManifest): readonly string[] => [
  manifest.name,
  `[\`${manifest.id}\`](drivers/${manifest.id}/README.md)`,
  kinds[manifest.kind],
  manifest.transports.map((transport) => transports[transport]).join(', '),
  technologyList(manifest.technologies) || otherwise[manifest.kind],
  manifest.kind === 'scanner' ? '–' : promises[manifest.abort],
  orDash(manifest.indicators.join(', ')),
  manifest.evidence.map((evidence) => `*${evidence}*`).join(', '),
]

/** What each driver's manifest promises, as a table in Markdown; links lead from the root of the repository. */
export const capabilityTable = (manifests: readonly DriverManifest[]): string =>
  [columns, columns.map(() => '---'), ...manifests.map(rowOf)]
    .map((cells, index) => (index === 1 ? `|${cells.join('|')}|` : `| ${cells.join(' | ')} |`))
    .join('\n')
