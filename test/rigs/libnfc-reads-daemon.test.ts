import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { openJournal } from '../../src/journal/journal.ts'
import { runLibnfc, testWithLibnfc as test, withoutKeyB } from '../support/libnfc.ts'
import { openSite, type Site } from '../support/site.ts'

const uid = '922E5832'

/** What the hub has of the access method's credential before any card is written. */
interface Ordered {
  readonly acs_credential_id: string
  readonly card_number: string
  readonly starts_at: string
  readonly ends_at: string
}

const credentialOf = async (site: Site, access_method_id: string): Promise<Ordered> => {
  const answer: unknown = await site.post('/access_methods/get_related', {
    access_method_ids: [access_method_id],
  })
  const [credential] = (answer as { batch: { acs_credentials: Ordered[] } }).batch.acs_credentials
  if (credential === undefined) throw new Error('the access method has no credential')
  return credential
}

const siteKeyOf = (site: Site): { version: number; key: Uint8Array } => {
  const journal = openJournal({ path: join(site.folder, 'desk', 'journal.db') })
  const keys = journal.siteKeys()
  journal.close()
  const key = keys?.keys.get(keys.current)
  if (keys === null || key === undefined) throw new Error('the site key has not arrived')
  return { version: keys.current, key }
}

const bigEndian = (value: bigint, sizeBytes: number): string =>
  value.toString(16).padStart(sizeBytes * 2, '0')

const seconds = (instant: string): bigint => BigInt(Math.floor(Date.parse(instant) / 1000))

/** The record by its documentation (src/cards/layouts/demo-record.ts), put together without the layout's code. */
const expectedRecord = (ordered: Ordered, { version, key }: ReturnType<typeof siteKeyOf>): Buffer => {
  const content = Buffer.from(
    [
      '4542', // "EB"
      '01', // version
      bigEndian(BigInt(version), 1),
      ordered.acs_credential_id.replaceAll('-', ''),
      bigEndian(BigInt(ordered.card_number), 8),
      bigEndian(seconds(ordered.starts_at), 4),
      bigEndian(seconds(ordered.ends_at), 4),
    ].join(''),
    'hex',
  )
  const mac = createHmac('sha256', key).update(Buffer.from(uid, 'hex')).update(content).digest()
  return Buffer.concat([content, mac.subarray(0, 12)])
}

/** The layout `image`: SHA-256 over SHA-256(record) and the block's number, cut to a block. */
const expectedFiller = (record: Uint8Array, block: number): Buffer => {
  const seed = createHash('sha256').update(record).digest()
  return createHash('sha256').update(seed).update(Uint8Array.of(block)).digest().subarray(0, 16)
}

/** A 1K card as it leaves the factory, with UID 922E5832: BCC, SAK and ATQA follow; then zeros and transport trailers. */
const factoryBlock = (block: number): Buffer => {
  if (block === 0) return Buffer.from('922e5832d60804000000000000000000', 'hex')
  return Buffer.from(block % 4 === 3 ? 'ffffffffffffff078069ffffffffffff' : '00'.repeat(16), 'hex')
}

const read = async (site: Site): Promise<{ listed: string; dump: Uint8Array }> => {
  const folder = mkdtempSync(join(tmpdir(), 'libnfc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'dump.mfd')
  const listed = await runLibnfc(site.ptyLink, '/usr/bin/nfc-list')
  const said = await runLibnfc(site.ptyLink, '/usr/bin/nfc-mfclassic', 'r', 'a', 'u', file)
  expect(said).toMatch(/64 of 64 blocks read/)
  return { listed, dump: readFileSync(file) }
}

test.each([
  { layout: 'demo', sessionBaudRate: 115_200 },
  { layout: 'image', sessionBaudRate: 115_200 },
  { layout: 'image', sessionBaudRate: 921_600 },
])(
  'libnfc reads, byte for byte, the order that the daemon wrote in layout $layout at $sessionBaudRate baud',
  async ({ layout, sessionBaudRate }) => {
    await using site = await openSite({ uid, layout, sessionBaudRate })
    const daemon = site.startDaemon()
    await daemon.ready
    const acs_encoder_id = await site.encoderId()
    const access_method_id = await site.newAccessMethod()
    const ordered = await credentialOf(site, access_method_id)
    const attempt = await site.seam.accessMethods.encode(
      { access_method_id, acs_encoder_id },
      { waitForActionAttempt: { timeout: 30_000, pollingInterval: 20 } },
    )
    expect(attempt.status).toBe('success')
    expect(await daemon.stop()).toBe(0)

    const { listed, dump } = await read(site)

    expect(listed).toMatch(/UID \(NFCID1\): 92 {2}2e {2}58 {2}32/)
    const memory = Buffer.from(await site.emulator.memory(uid))
    expect(Buffer.from(withoutKeyB(dump)).equals(withoutKeyB(memory))).toBe(true)
    const record = expectedRecord(ordered, siteKeyOf(site))
    const blocks = Array.from({ length: 64 }, (_, block) => {
      if (block >= 4 && block <= 6) return record.subarray((block - 4) * 16, (block - 3) * 16)
      const isFilled = layout === 'image' && block > 0 && block % 4 !== 3
      return isFilled ? expectedFiller(record, block) : factoryBlock(block)
    })
    expect(memory.toString('hex')).toBe(Buffer.concat(blocks).toString('hex'))
    expect(await site.emulator.writes(uid)).toEqual(
      blocks.map((bytes, block) => (bytes.equals(factoryBlock(block)) ? 0 : 1)),
    )
  },
)
