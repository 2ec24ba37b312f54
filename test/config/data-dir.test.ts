import { expect, test } from 'vitest'
import { defaultDataDir } from '../../src/config/data-dir.ts'

test.each([
  ['root on Linux', {}, 'linux', true, '/var/lib/encoder-bridge'],
  ['a systemd service', { STATE_DIRECTORY: '/srv/bridge:/srv/other' }, 'linux', false, '/srv/bridge'],
  ['a user', { HOME: '/users/ada' }, 'linux', false, '/users/ada/.local/state/encoder-bridge'],
  [
    'a user with a state directory',
    { HOME: '/users/ada', XDG_STATE_HOME: '/state' },
    'linux',
    false,
    '/state/encoder-bridge',
  ],
  ['Windows', { ProgramData: String.raw`D:\Data` }, 'win32', false, String.raw`D:\Data\encoder-bridge`],
  ['Windows without the variable', {}, 'win32', false, String.raw`C:\ProgramData\encoder-bridge`],
] as const)('%s keeps its data in the usual place', (_, env, platform, isRoot, expected) => {
  expect(defaultDataDir(env, platform, isRoot)).toBe(expected)
})
