import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeamHttp } from '@seamapi/http'
import { expect, test } from 'vitest'
import { runCommand, startCommand } from '../support/command.ts'

/** A hub with the demo hotel, and a daemon that is paired with that hotel's access system. */
const openHotel = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hotel-'))
  const data = join(folder, 'desk')
  const config = join(folder, 'config.yaml')
  writeFileSync(config, JSON.stringify({ devices: [{ driver: 'virtual', name: 'Front Desk' }] }))
  const hub = startCommand(['hub', '--data', join(folder, 'hub'), '--port', '0', '--seed', 'demo', '--json'])
  const { endpoint, api_key: apiKey } = (await hub.ready) as { endpoint: string; api_key: string }
  const seam = SeamHttp.fromApiKey(apiKey, { endpoint })
  const [system] = await seam.acs.systems.list()
  const pairing = ['--hub', endpoint, '--api-key', apiKey, '--system', system?.acs_system_id ?? '']
  const paired = await runCommand(['pair', '--data', data, ...pairing])
  expect(paired.code, paired.stderr).toBe(0)
  const daemon = startCommand(['run', '--data', data, '--config', config, '--port', '0', '--json'])
  await daemon.ready
  return {
    data,
    file: join(folder, 'rooms.csv'),
    seam,
    hub,
    run: (...args: string[]) => runCommand([...args, '--data', data]),
    [Symbol.asyncDispose]: async () => {
      await daemon.kill()
      await hub.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

test('a list of rooms is exported, filled in, imported and checked against the hub', async () => {
  await using hotel = await openHotel()
  const empty = await hotel.run('rooms', 'check')
  expect([empty.code, empty.stdout]).toEqual([
    3,
    expect.stringMatching(/^Entrances without a room: 6 of 6\n {2}Lobby /),
  ])
  const exported = await hotel.run('rooms', 'export', '--semicolons', '--out', hotel.file)
  expect(exported.code, exported.stderr).toBe(0)

  const [header = '', ...lines] = readFileSync(hotel.file, 'utf8').trimEnd().split('\r\n')
  expect(lines).toHaveLength(6)
  // As a spreadsheet saves it again: a lobby that everybody may enter, and rooms by their numbers.
  const filled = lines.map((line) =>
    line.replace(/;Lobby;;;$/, ';Lobby;;5;').replace(/;Room (\d+);;/, ';Room $1;$1;'),
  )
  writeFileSync(hotel.file, `${[header, ...filled.slice(0, 5)].join('\r\n')}\r\n`)
  const imported = await hotel.run('rooms', 'import', hotel.file)
  expect(imported.stdout).toBe('Imported: 5 rows.\n  5 added, 0 changed, 0 removed, 0 as before.\n')
  const almost = await hotel.run('rooms', 'check')
  expect([almost.code, almost.stdout]).toEqual([
    3,
    expect.stringContaining('Entrances without a room: 1 of 6\n  Room 202 '),
  ])

  writeFileSync(hotel.file, `${[header, ...filled].join('\n')}\n`)
  expect((await hotel.run('rooms', 'import', hotel.file)).stdout).toContain(
    '1 added, 0 changed, 0 removed, 5 as',
  )
  const whole = await hotel.run('rooms', 'check')
  expect([whole.code, whole.stdout]).toEqual([0, 'Every entrance of the hub has its room: 6.\n'])
  const [, , third] = await hotel.seam.acs.entrances.list()
  expect((await hotel.run('rooms')).stdout).toContain(
    `  Room 102  room 102         every system  ${third?.acs_entrance_id}\n`,
  )
}, 60_000)

test('a list that is broken by hand is told by status and doctor, and is as it was before', async () => {
  await using hotel = await openHotel()
  const [lobby] = await hotel.seam.acs.entrances.list()
  writeFileSync(hotel.file, `acs_entrance_id,room\n${lobby?.acs_entrance_id},1\n`)
  await hotel.run('rooms', 'import', hotel.file)
  writeFileSync(join(hotel.data, 'rooms.csv'), 'acs_entrance_id,room\n1,1\n')
  const status = await hotel.run('status')
  expect(status.stdout).toContain('Rooms    1 in the list\n')
  expect(status.stdout).toContain('line 2, column 1: (acs_entrance_id) is no UUID')
  const doctor = await hotel.run('doctor')
  expect([doctor.code, doctor.stdout]).toEqual([
    3,
    expect.stringMatching(/^FAILED +rooms .*line 2, column 1/m),
  ])

  writeFileSync(hotel.file, 'acs_entrance_id,room\n"x,1\n')
  const wrong = await hotel.run('rooms', 'import', hotel.file)
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining(`${hotel.file}, line 2, column 1: has a quotation`),
  ])
  expect(readFileSync(join(hotel.data, 'rooms.csv'), 'utf8')).toBe('acs_entrance_id,room\n1,1\n')
}, 60_000)

test('without its hub the desk can still import, and says that it cannot check', async () => {
  await using hotel = await openHotel()
  await hotel.hub.kill()
  writeFileSync(hotel.file, 'acs_entrance_id,room\n00000000-0000-4000-8000-000000000001,1\n')
  expect((await hotel.run('rooms', 'import', hotel.file)).code).toBe(0)
  const check = await hotel.run('rooms', 'check')
  expect([check.code, check.stderr]).toEqual([6, expect.stringContaining('(hub_unreachable)')])
}, 60_000)

test('what a lock system is asked is refused at a desk that has none', async () => {
  await using hotel = await openHotel()
  const asked = [['check-out', '101'], ['move', '101', '102'], ['cancel-task']]
  const answers = await Promise.all(asked.map((words) => hotel.run(...words, '--encoder', 'Front Desk')))
  const refused = expect.stringContaining('“Front Desk” belongs to no lock system. (not_supported)')
  expect(answers.map(({ code, stderr }) => [code, stderr])).toEqual(asked.map(() => [5, refused]))
}, 60_000)
