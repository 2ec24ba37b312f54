import type { ErrorOwner } from '../contract/errors.ts'
import type { EncoderBody, EndingBody, Fault, SessionBody } from '../control/schema.ts'
import { alignColumns } from './table.ts'

const ownerNames = {
  clerk: 'the clerk at the desk',
  installer: 'whoever set this bridge up',
  integrator: 'whoever gave the command, or wrote the program that did',
  support: 'support',
  nobody: 'nobody',
} as const satisfies Record<ErrorOwner, string>

/** An error as people read it: cause, whose it is to fix, next step. */
export const faultLines = (fault: Pick<Fault, 'code' | 'message' | 'owner' | 'next_step'>): string[] =>
  alignColumns([
    ['  Cause:', `${fault.message} (${fault.code})`],
    ['  Whose to fix:', ownerNames[fault.owner]],
    ['  Next step:', fault.next_step],
  ])

/** How far a clock is from the hub's, to the second. */
export const skewText = (skewMs: number): string => {
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  return seconds === 0 ? 'agrees with the hub’s' : `${seconds} s ${skewMs > 0 ? 'ahead' : 'behind'}`
}

const comparisonTexts = {
  nothing: 'nothing to compare',
  same: 'the same',
  out_of_sync: 'differs in',
  not_found: 'not known there',
  unchecked: 'could not be asked',
} as const

/** A card without an identifier is told by its technology alone. */
const cardText = ({ card_uid: uid, technology }: EndingBody & { kind: 'encoded' | 'scanned' }): string =>
  uid === null ? technology : `${uid} (${technology})`

const scannedLines = (ending: EndingBody & { kind: 'scanned' }): string[] => {
  const { record, comparison } = ending
  const rows = [['  Card:', cardText(ending)]]
  if (record === null) {
    if (ending.card_number !== null) rows.push(['  Card number:', ending.card_number])
    rows.push(['  Record:', ending.remark ?? 'none'])
  } else {
    rows.push(
      ['  Credential:', record.acs_credential_id],
      ['  Card number:', record.card_number],
      ['  Valid:', `${record.starts_at} to ${record.ends_at ?? 'no end'}`],
    )
  }
  const seam = [comparisonTexts[comparison.kind], comparison.properties.join(', ')].join(' ').trim()
  return ['Scanned.', ...alignColumns([...rows, ['  In Seam:', seam]])]
}

type Encoded = EndingBody & { kind: 'encoded' }

const proofTexts = {
  read_back: 'what was written was read back from the card',
  already_right: 'the card already held this order, nothing was written',
  confirmed: 'the lock system says so',
} as const satisfies Record<Encoded['proof'], string>

const keyLines = (ending: Encoded, keys: NonNullable<Encoded['keys']>): string[] => {
  const { made, wanted, serial_numbers: serials, shortfall, remark } = keys
  const them = made === 1 ? 'it' : 'them'
  const rows = [
    ...(ending.card_uid === null ? [] : [['  Card:', ending.card_uid]]),
    ...(serials.length === 0 ? [] : [['  Serial:', serials.join(', ')]]),
    ...(remark === null ? [] : [['  Remark:', remark]]),
  ]
  if (shortfall !== null) {
    return [
      `${made} of ${wanted} keys made: ${shortfall.message} Hand out what was made.`,
      ...alignColumns(rows),
      ...faultLines(shortfall),
    ]
  }
  const what = made === 1 ? 'The key is made' : `${made} keys are made`
  return [`${what}: ${proofTexts[ending.proof]}. Hand ${them} out.`, ...alignColumns(rows)]
}

const encodedLines = (ending: Encoded): string[] =>
  ending.keys === null
    ? [`Encoded: ${proofTexts[ending.proof]}. Hand it out.`, ...alignColumns([['  Card:', cardText(ending)]])]
    : keyLines(ending, ending.keys)

/** “The card 04AABBCC”, or the card alone where nobody knows which. */
const theCard = (uid: string | null): string => (uid === null ? 'the card' : `the card ${uid}`)

const unknownTexts: Partial<Record<SessionBody['kind'], string>> = {
  stay: 'Unknown: nobody can say whether the lock system has done it. Look there.',
  assign:
    'Unknown: nobody can say whether the card was assigned. Look at the access method before you hand it out.',
}

const unknownText = (kind: SessionBody['kind'], uid: string | null): string =>
  unknownTexts[kind] ?? `Unknown: nobody can say what ${theCard(uid)} holds. Don’t hand it out.`

const undoneTexts = {
  encode: 'Not encoded: nothing was written to a card.',
  scan: 'Not scanned: nothing was written to a card.',
  scan_to_assign: 'Not scanned: nothing was written to a card.',
  stay: 'Not done: the lock system has changed nothing.',
  assign: 'Not assigned: the access method waits for a card as before.',
} as const satisfies Record<SessionBody['kind'], string>

/** The truth about the card, and what to do now. */
export const endingLines = (kind: SessionBody['kind'], ending: EndingBody): string[] => {
  switch (ending.kind) {
    case 'encoded':
      return encodedLines(ending)
    case 'carried_out':
      return [
        'Done: the lock system has carried it out.',
        ...(ending.remark === null ? [] : alignColumns([['  Remark:', ending.remark]])),
      ]
    case 'scanned':
      return scannedLines(ending)
    case 'assigned':
      return [`Assigned: the access method is issued with the card ${ending.card_number}. Hand it out.`]
    case 'untouched':
      return [undoneTexts[kind], ...faultLines(ending.error)]
    case 'spoiled':
      return [
        `Not encoded: ${theCard(ending.card_uid)} is incomplete. Encode it again or throw it away.`,
        ...faultLines(ending.error),
      ]
    case 'unknown':
      return [unknownText(kind, ending.card_uid), ...faultLines(ending.error)]
  }
}

const encoderRow = (encoder: EncoderBody): string[] => [
  `  ${encoder.name}`,
  encoder.driver,
  encoder.path ?? '–',
  encoder.lease === null ? encoder.state : `in use by ${encoder.lease.owner}`,
  [encoder.model, encoder.firmware].filter((part) => part !== null && part !== '').join(' '),
]

/** Encoders as a table, each that failed with its cause and next step below. */
export const encoderLines = (encoders: readonly EncoderBody[]): string[] => {
  if (encoders.length === 0) return ['  none configured']
  const rows = alignColumns(encoders.map(encoderRow))
  return encoders.flatMap((encoder, index) => [
    rows[index] ?? '',
    ...(encoder.error === null ? [] : faultLines(encoder.error).map((line) => `  ${line}`)),
  ])
}
