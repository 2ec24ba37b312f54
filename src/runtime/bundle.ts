import { arch, platform, release } from 'node:os'
import { strToU8, zipSync } from 'fflate'
import { toBridgeError } from '../contract/errors.ts'

const README = `What support needs of an encoder-bridge, collected on one computer.

versions.json   the program, Node.js and the operating system
config.json     the configuration file without secrets, and what the environment decides
doctor.json     the examination of this computer
status.json     the link to the hub, open sessions, results on their way
devices.json    the encoders, and what is plugged in
journal.json    how many orders are open, ended and waiting
log.jsonl       the newest lines of the log
capture.jsonl   the last capture: the whole log and the talk with the devices, while a fault was shown again
audit.jsonl     who ordered what and how it ended, in the last days

It holds no token, API key, key of a card or site, PIN, content of a card or guest's data. Of a card's UID only the last two digits are
shown. Of the talk with a device the commands are shown with keys, UIDs and contents blanked, the answers by their size alone; of lock
systems, scanners and stripes everything by its size alone. Look through it before you send it.
`

/** One file of the bundle: how to get what is in it. */
export type BundlePart = () => unknown

export interface BundleOptions {
  readonly version: string
  /** Documents by their names; one that can't be had tells why. */
  readonly documents: Readonly<Record<string, BundlePart>>
  /** JSON lines by the names of their files. */
  readonly lines: Readonly<Record<string, () => Iterable<object | string>>>
  /** What every file passes through. */
  readonly sieve: (text: string) => string
}

const textOf = async (part: BundlePart): Promise<string> => {
  try {
    return JSON.stringify(await part(), null, 2)
  } catch (thrown) {
    const { code, message } = toBridgeError(thrown)
    return JSON.stringify({ error: { code, message } }, null, 2)
  }
}

const linesOf = (part: () => Iterable<object | string>): Promise<string> =>
  Promise.resolve(
    [...part()].map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  )

/** The ZIP file for support. A part that fails says so in its place: whoever needs the others needs them then most. */
export const createBundle = async ({
  version,
  documents,
  lines,
  sieve,
}: BundleOptions): Promise<Uint8Array> => {
  const versions = {
    encoder_bridge: version,
    node: process.version,
    platform: platform(),
    release: release(),
    arch: arch(),
  }
  const files = await Promise.all([
    ...Object.entries({ versions: () => versions, ...documents }).map(
      async ([name, part]) => [`${name}.json`, await textOf(part)] as const,
    ),
    ...Object.entries(lines).map(async ([name, part]) => [`${name}.jsonl`, await linesOf(part)] as const),
  ])
  return zipSync({
    'README.txt': strToU8(README),
    ...Object.fromEntries(files.map(([name, text]) => [name, strToU8(sieve(text))])),
  })
}
