import { fromPromise } from 'xstate'
import { layoutNamed } from '../cards/layouts/index.ts'
import type { Card } from '../contract/card.ts'
import type { CardContent } from '../contract/card-content.ts'
import type { EncoderLease } from '../contract/encoders.ts'
import { isBridgeError } from '../contract/errors.ts'
import type { Order } from '../contract/order.ts'
import type { Comparison } from '../contract/outcome.ts'
import { readBlocks, siteKeysOf, waitForOneCard } from './card-work.ts'
import type { HeldLease } from './held-lease.ts'
import type { SessionPorts } from './ports.ts'
import type { ScanEvent, ScanFinding } from './scan-machine.ts'

/** The scan chart's actors over the ports of one session. */
export const createScanActors = (ports: SessionPorts, held: HeldLease) => ({
  takeTurn: fromPromise<EncoderLease, { order: Order }>(({ input, signal }) =>
    held.take(input.order, signal),
  ),

  proveAlive: fromPromise<void, { lease: EncoderLease }>(({ input, signal }) =>
    input.lease.device.probe({ signal }),
  ),

  waitForCard: fromPromise<Card, { lease: EncoderLease; report: (event: ScanEvent) => void }>(
    ({ input, signal }) =>
      waitForOneCard(input.lease, ports.clock, signal, (code) => input.report({ type: 'card.notice', code })),
  ),

  readCard: fromPromise<ScanFinding, { lease: EncoderLease; card: Card }>(({ input, signal }) =>
    readFinding(ports, input.lease, input.card, signal),
  ),

  compareRecord: fromPromise<Comparison, { finding: ScanFinding }>(
    async ({ input, signal }): Promise<Comparison> => {
      const { record } = input.finding
      if (record === null) return { kind: 'nothing' }
      const answer = await ports.credentials.lookup(record.credentialId, signal)
      if (answer.kind === 'notFound') return { kind: 'notFound' }
      const properties = differingProperties(record, answer.credential)
      return properties.length === 0 ? { kind: 'same' } : { kind: 'outOfSync', properties }
    },
  ),
})

/** A card of a kind or with keys that no layout of ours reads is a finding, not a fault: it has a UID and no record. */
const readFinding = async (
  ports: SessionPorts,
  lease: EncoderLease,
  card: Card,
  signal: AbortSignal,
): Promise<ScanFinding> => {
  const layout = layoutNamed(lease.layout)
  if (!layout.technologies.includes(card.technology)) {
    return {
      record: null,
      remark: `A ${card.technology} card: the layout “${layout.name}” does not go on it.`,
    }
  }
  try {
    const blocks = await readBlocks(lease.device, card, layout.reads(card), signal)
    const reading = layout.parse(blocks, card, siteKeysOf(ports.journal))
    switch (reading.kind) {
      case 'blank':
        return { record: null, remark: 'The card is blank.' }
      case 'foreign':
        return { record: null, remark: foreignRemarks[reading.reason] }
      case 'record':
        return { record: reading.record, remark: null }
    }
  } catch (error) {
    if (!isBridgeError(error, 'card_key_refused')) throw error
    return { record: null, remark: 'The card refuses the key: it belongs to another system.' }
  }
}

const foreignRemarks = {
  magic: 'The card holds something that this site did not write.',
  version: 'The card was written by a newer version.',
  keyVersion: 'The card was written under a key that this site does not have.',
  mac: 'The record’s MAC is wrong: it is forged, copied from another card or incomplete.',
} as const

const differingProperties = (onCard: CardContent, onSeam: CardContent): string[] => {
  const isSame = {
    card_number: BigInt(onCard.cardNumber) === BigInt(onSeam.cardNumber),
    starts_at: secondsOf(onCard.startsAt) === secondsOf(onSeam.startsAt),
    ends_at: secondsOf(onCard.endsAt) === secondsOf(onSeam.endsAt),
  }
  return Object.entries(isSame).flatMap(([name, same]) => (same ? [] : [name]))
}

const secondsOf = (instant: string | null): number | null =>
  instant === null ? null : Math.floor(Date.parse(instant) / 1000)
