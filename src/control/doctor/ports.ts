import { constants, existsSync } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import type { DoctorCheck } from '../schema.ts'

export const checkSerial = async (load: () => Promise<unknown>): Promise<DoctorCheck> => {
  try {
    await load()
    return { name: 'serial library', status: 'ok', message: 'Loads.' }
  } catch (error) {
    return {
      name: 'serial library',
      status: 'failed',
      message: `Does not load: ${error instanceof Error ? error.message : String(error)}`,
      next_step: 'Install the package again with `npm ci`, on the computer that runs it.',
    }
  }
}

/** The group that owns a port: `dialout` on Debian, `uucp` on others (group(5): name, password, number, members). */
const groupOf = async (path: string): Promise<string> => {
  try {
    const { gid } = await stat(path)
    const groups = await readFile('/etc/group', 'utf8')
    const line = groups.split('\n').find((candidate) => candidate.split(':')[2] === String(gid))
    return line?.split(':')[0] ?? 'dialout'
  } catch {
    return 'dialout'
  }
}

const checkPath = async (device: { readonly name: string; readonly path: string }): Promise<DoctorCheck> => {
  const name = `port of ${device.name}`
  try {
    await access(device.path, constants.R_OK | constants.W_OK)
    return { name, status: 'ok', message: `${device.path} is there and may be used.` }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
      return {
        name,
        status: 'failed',
        message: `${device.path} may not be used by ${userInfo().username}.`,
        next_step: `sudo usermod -aG ${await groupOf(device.path)} ${userInfo().username}`,
      }
    }
    return {
      name,
      status: 'warning',
      message: `${device.path} is not there.`,
      next_step: 'Plug the encoder in, or correct its path in the configuration.',
    }
  }
}

/** Windows ports are no files and have no owner: nothing to look at before they are opened. */
export const checkPaths = async (
  devices: readonly { readonly name: string; readonly path: string }[],
  platform: NodeJS.Platform,
): Promise<DoctorCheck[]> =>
  platform === 'win32'
    ? devices.map(({ name }) => ({
        name: `port of ${name}`,
        status: 'skipped',
        message: 'Windows tells it when the port is opened.',
      }))
    : Promise.all(devices.map(checkPath))

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'firefox']
const libraryDirs = [
  '/usr/lib',
  '/usr/lib64',
  '/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib/arm-linux-gnueabihf',
  '/usr/local/lib',
]

/** Names what a machine lacks and who would need it, in one line; nothing of it is needed for serial encoders. */
export const checkOptionalParts = (
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): DoctorCheck => {
  const name = 'optional parts'
  if (platform !== 'linux') return { name, status: 'skipped', message: 'Only looked for on Linux.' }
  const path = (env['PATH'] ?? '').split(delimiter)
  const parts = [
    {
      part: 'libusb (USB HID encoders; Debian: libusb-1.0-0)',
      isThere: libraryDirs.some((dir) => existsSync(join(dir, 'libusb-1.0.so.0'))),
    },
    { part: 'pcscd (PC/SC readers)', isThere: existsSync('/run/pcscd/pcscd.comm') },
    {
      part: 'a browser (the desk’s page)',
      isThere: path.some((dir) => browsers.some((browser) => existsSync(join(dir, browser)))),
    },
  ]
  const list = parts.map(({ part, isThere }) => `${part}: ${isThere ? 'present' : 'missing'}`)
  return { name, status: 'ok', message: `${list.join('; ')}. None is needed for serial encoders.` }
}
