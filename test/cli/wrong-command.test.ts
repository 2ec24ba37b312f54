import { describe, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'

const help = (command: string): string => `\`${command} --help\` shows what there is.`

describe('a wrong command line is said in plain words, with the nearest name', () => {
  test.each([
    [['statsu'], '“statsu” is no command of `encoder-bridge`; the nearest is status.', 'encoder-bridge'],
    [['frobnicate'], '“frobnicate” is no command of `encoder-bridge`.', 'encoder-bridge'],
    [
      ['devices', 'identfy'],
      '“identfy” is no command of `encoder-bridge devices`; the nearest is identify.',
      'encoder-bridge devices',
    ],
    [
      ['rooms', 'inport', 'x.csv'],
      '“inport” is no command of `encoder-bridge rooms`; the nearest is import.',
      'encoder-bridge rooms',
    ],
    [
      ['scan', '--enocder', 'X'],
      '“--enocder” is no flag of `encoder-bridge scan`; the nearest is --encoder.',
      'encoder-bridge scan',
    ],
    [
      ['hub', 'claim', 'AB12CD', '--apikey=seam_secret'],
      '“--apikey” is no flag of `encoder-bridge hub claim`; the nearest is --api-key.',
      'encoder-bridge hub claim',
    ],
    [
      ['check-out', 'Room', '101'],
      '“101” is one word too many for `encoder-bridge check-out`; put quotation marks around a name with spaces.',
      'encoder-bridge check-out',
    ],
    [['deliver'], '<id> (access grant, access method or reservation) is missing.', 'encoder-bridge deliver'],
    [
      ['scan', '--encoder'],
      '--encoder <name> (name or id of the encoder (default: the only one)) needs a value.',
      'encoder-bridge scan',
    ],
    [['pair'], '--hub <url> (address of the hub) is missing.', 'encoder-bridge pair'],
    [
      ['encode', '33333333-3333-4333-8333-333333333333', '--purpose', 'oneshot'],
      '--purpose can’t be “oneshot”; the nearest is one_shot. There are: new, additional, replacement, one_shot.',
      'encoder-bridge encode',
    ],
    [
      ['run', '--port', '99999'],
      '--port can’t be “99999”. It is a number from 0 to 65535; 0 takes any free port.',
      'encoder-bridge run',
    ],
    [
      ['encode', '33333333-3333-4333-8333-333333333333', '--copies', '21'],
      '--copies can’t be “21”. It is a number from 1 to 20.',
      'encoder-bridge encode',
    ],
    [
      ['encode', "it's 101"],
      "<access-method-id> can’t be “it's 101”. It is a UUID, as Seam shows it.",
      'encoder-bridge encode',
    ],
    [['devices', '--watch', '--probe'], '--watch and --probe don’t go together.', 'encoder-bridge devices'],
    [
      ['move', '101', '204', '--until', 'noon'],
      '--until can’t be “noon”. It is an instant like 2026-11-23T10:00:00Z.',
      'encoder-bridge move',
    ],
  ])('%j', async (argv, message, command) => {
    const { code, out, err } = await runCommand(argv)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(
      `  Cause:         The request cannot be carried out as it was given. ${message} (request_invalid)\n`,
    )
    expect(err).toContain(`  Next step:     ${help(command)}\n`)
    expect(err).not.toMatch(/error:|option|argument/)
    expect(err).not.toContain('secret')
  })
})

test('with --json a wrong command line is a document too', async () => {
  const { code, out } = await runCommand(['scan', '--json', '--wat'])
  expect(code).toBe(2)
  expect(JSON.parse(out)).toEqual({
    error: {
      code: 'request_invalid',
      message:
        'The request cannot be carried out as it was given. “--wat” is no flag of `encoder-bridge scan`; the nearest is --data.',
      owner: 'integrator',
      next_step: help('encoder-bridge scan'),
    },
  })
})

test('help that was asked for is no mistake, and no command at all shows it', async () => {
  const asked = await runCommand(['rooms', '--help'])
  expect([asked.code, asked.err]).toEqual([0, ''])
  expect(asked.out).toContain('import [options] <file>')
  const nothing = await runCommand([])
  expect([nothing.code, nothing.out]).toEqual([2, ''])
  expect(nothing.err).toContain('Usage: encoder-bridge')
})
