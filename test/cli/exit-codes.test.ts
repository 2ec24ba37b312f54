import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exitCodeOf, exitMeanings } from '../../src/cli/exit-codes.ts'
import { ErrorCode } from '../../src/contract/errors.ts'

test('docs/cli.md holds the table of exit codes, and no other', () => {
  const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning])
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(exitMeanings).map(([code, meaning]) => [code, meaning])),
  )
})

test('no error exits with 0', () => {
  expect(ErrorCode.options.filter((code) => (exitCodeOf(code) as number) === 0)).toEqual([])
})

test.each([
  ['internal_error', 1],
  ['journal_damaged', 1],
  ['encoder_unknown', 2],
  ['room_checked_out', 2],
  ['room_out_of_service', 2],
  ['one_shot_used_up', 2],
  ['credential_deleted', 2],
  ['room_unmapped', 3],
  ['room_unknown', 3],
  ['key_encoder_busy', 4],
  ['key_encoder_offline', 4],
  ['lock_system_fault', 4],
  ['card_foreign', 5],
  ['order_unknown', 2],
  ['config_invalid', 3],
  ['not_paired', 3],
  ['port_taken', 3],
  ['daemon_unreachable', 3],
  ['device_busy', 4],
  ['device_denied', 4],
  ['driver_unknown', 4],
  ['card_timeout', 5],
  ['card_occupied', 5],
  ['not_supported', 5],
  ['write_interrupted', 5],
  ['hub_unreachable', 6],
  ['pairing_expired', 6],
  ['order_cancelled', 7],
  ['order_expired', 7],
  ['aborted', 7],
  ['outcome_unknown', 8],
] as const)('%s exits with %i', (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit)
})
