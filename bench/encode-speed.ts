import { openDesk, PATIENCE_MS } from './desk.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const CARDS = 9
const LIMIT_RATIO = 1.1
/** What the faster line may take of the time at 115200 baud; the card's own time makes 0.57 the floor. */
const FAST_LIMIT_RATIO = 0.65
const DAY_MS = 86_400_000

/** The time model's floor for writing and reading back 47 blocks: line time at the speed plus 435 ms of the card. */
const floorsMs = { 115200: 858, 921600: 488 } as const

const measureAt = async (sessionBaudRate: keyof typeof floorsMs): Promise<readonly number[]> => {
  await using desk = await openDesk({ encoders: 1, time: 'exact', layout: 'image', sessionBaudRate })
  const { seam, encoders } = desk
  const daemon = await desk.startWhole()
  const [encoder] = encoders
  const entrances = await seam.acs.entrances.list()
  let acs_encoder_id = ''
  for (const { acs_system_id } of await seam.acs.systems.list()) {
    const [found] = await seam.acs.encoders.list({ acs_system_id })
    acs_encoder_id = found?.acs_encoder_id ?? acs_encoder_id
  }

  const orderAccessMethod = async (): Promise<string> => {
    const { user_identity_id } = await seam.userIdentities.create({ full_name: 'A Guest' })
    const grant = await seam.accessGrants.create({
      user_identity_id,
      acs_entrance_ids: entrances.slice(0, 1).map((entrance) => entrance.acs_entrance_id),
      requested_access_methods: [{ mode: 'card' }],
      starts_at: new Date(Date.now() - DAY_MS).toISOString(),
      ends_at: new Date(Date.now() + DAY_MS).toISOString(),
    })
    return grant.requested_access_methods[0]?.created_access_method_ids[0] ?? ''
  }

  for (let card = 0; card < CARDS; card += 1) {
    const uid = `DE0000${String(card).padStart(2, '0')}`
    await encoder?.placeCard(uid)
    // Asked for at the client's own pace, once a second: whoever asks more often takes processor time from the encoding.
    await seam.accessMethods.encode(
      { access_method_id: await orderAccessMethod(), acs_encoder_id },
      { waitForActionAttempt: { timeout: PATIENCE_MS } },
    )
    await encoder?.removeCard(uid)
  }

  const audit = await daemon.audit()
  const instantOf = (orderId: string, event: string): number =>
    Date.parse(audit.find((line) => line.order_id === orderId && line.event === event)?.at ?? '')
  return audit
    .filter((line) => line.event === 'verified')
    .map(({ order_id: orderId }) => instantOf(orderId, 'verified') - instantOf(orderId, 'writing'))
}

/**
 * A MIFARE Classic 1K of which all 47 data blocks are written and read back, ordered through the hub: from the intent in
 * the journal to the proof in the journal.
 */
export const measureEncodeSpeed = async (): Promise<readonly Row[]> => {
  const slow = await measureAt(115200)
  const fast = await measureAt(921600)
  const rowAt = (baudRate: keyof typeof floorsMs, samples: readonly number[]): Row =>
    createRow(
      {
        name: `encode of 47 blocks, ${baudRate} baud`,
        unit: 'ms',
        comparison: { name: 'model', value: floorsMs[baudRate], limit: LIMIT_RATIO },
      },
      samples,
    )
  const { median } = summarize(slow)
  return [
    rowAt(115200, slow),
    rowAt(921600, fast),
    createRow(
      {
        name: '  the same beside 115200 baud',
        unit: 'ms',
        comparison: { name: 'at 115200', value: median, limit: FAST_LIMIT_RATIO },
      },
      fast,
    ),
  ]
}
