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

/** The truth about the card, and what to do now. */
export const endingLines = (kind: SessionBody['kind'], ending: EndingBody): string[] => {
  const undone = kind === 'encode' ? 'Not encoded' : 'Not scanned'
  switch (ending.kind) {
    case 'encoded':
      return [
        ending.proof === 'read_back'
          ? 'Encoded: what was written was read back from the card. Hand it out.'
          : 'Encoded: the card already held this order, nothing was written. Hand it out.',
        ...alignColumns([['  Card:', cardText(ending)]]),
      ]
    case 'scanned':
      return scannedLines(ending)
    case 'untouched':
      return [`${undone}: nothing was written to a card.`, ...faultLines(ending.error)]
    case 'spoiled':
      return [
        `${undone}: the card ${ending.card_uid ?? ''} is incomplete. Encode it again or throw it away.`,
        ...faultLines(ending.error),
      ]
    case 'unknown':
      return [
        `Unknown: nobody can say what the card ${ending.card_uid ?? ''} holds. Don’t hand it out.`,
        ...faultLines(ending.error),
      ]
  }
}

const encoderRow = (encoder: EncoderBody): string[] => [
  `  ${encoder.name}`,
  encoder.driver,
  encoder.path ?? '–',
  encoder.lease === null ? encoder.state : `in use by ${encoder.lease.owner}`,
  [encoder.model, encoder.firmware].filter((part) => part !== null).join(' '),
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
