import { existsSync } from 'node:fs'
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
