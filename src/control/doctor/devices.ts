import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { parseLinkPath } from '../../contract/link-path.ts'
import type { TransportKind } from '../../contract/transport.ts'
import type { DoctorCheck } from '../schema.ts'
import { checkLinks, type ConfiguredLink, type LinkSources } from './links.ts'

/** A device of the configuration. */
export interface ConfiguredDevice extends ConfiguredLink {
  readonly driver: string
}

/** What the doctor asks of the parts that load libraries or read the system's tables. */
export interface DeviceSources extends LinkSources {
  /** How a driver reaches its devices. Rejects `driver_unknown`. */
  transportsOf(driver: string): Promise<readonly TransportKind[]>
  /** Loads the HID library; rejects with what is missing. */
  loadHid(): Promise<unknown>
  /** The smart-card readers that this user reaches, or why none can be. */
  listReaders(): Promise<{ readonly readers: readonly string[]; readonly reason: string | undefined }>
  /** The other process that has a file open, and the group that owns it; null where it can't be told. */
  holderOf(path: string): Promise<string | null>
  groupOf(path: string): Promise<string | null>
}

const isMissing = (error: unknown): boolean =>
  !(error instanceof Error && 'code' in error && error.code === 'EACCES')

const checkPath = async (name: string, path: string, sources: DeviceSources): Promise<DoctorCheck> => {
  try {
    await access(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    if (isMissing(error)) {
      return {
        name,
        status: 'warning',
        message: `${path} is not there.`,
        next_step: 'Plug the encoder in, or correct its path in the configuration.',
      }
    }
    const group = (await sources.groupOf(path)) ?? 'dialout'
    const { username } = userInfo()
    return {
      name,
      status: 'failed',
      message: `${path} may not be used by ${username}.`,
      next_step: group === 'root' ? installRules : `sudo usermod -aG ${group} ${username}`,
    }
  }
  const holder = await sources.holderOf(path)
  return holder === null
    ? { name, status: 'ok', message: `${path} is there and may be used.` }
    : {
        name,
        status: 'warning',
        message: `${path} is in use by ${holder}.`,
        next_step: 'Stop that program, unless it is the bridge itself.',
      }
}

/** Windows ports are no files and have no owner: nothing to look at before they are opened. */
export const checkPaths = async (
  devices: readonly { readonly name: string; readonly path: string }[],
  platform: NodeJS.Platform,
  sources: DeviceSources,
): Promise<DoctorCheck[]> =>
  platform === 'win32'
    ? devices.map(({ name }) => ({
        name: `port of ${name}`,
        status: 'skipped',
        message: 'Windows tells it when the port is opened.',
      }))
    : Promise.all(devices.map(({ name, path }) => checkPath(`port of ${name}`, path, sources)))

const installRules =
  'sudo install -m 644 systemd/99-encoder-bridge.rules /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger'

/** Where udev(7) and polkit(8) read rules. */
const udevFolders = ['/etc/udev/rules.d', '/run/udev/rules.d', '/usr/lib/udev/rules.d', '/lib/udev/rules.d']
const polkitFolders = ['/etc/polkit-1/rules.d', '/run/polkit-1/rules.d', '/usr/share/polkit-1/rules.d']
/** Comes with a pcscd that was built with polkit (README.polkit of pcsc-lite). */
const pcscPolicy = '/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy'

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const isInAny = async (folders: readonly string[], file: string, root: string): Promise<boolean> =>
  (await Promise.all(folders.map((folder) => isThere(`${root}${folder}/${file}`)))).some((found) => found)

export const checkUdevRules = async (root = ''): Promise<DoctorCheck> =>
  (await isInAny(udevFolders, '99-encoder-bridge.rules', root))
    ? { name: 'udev rules', status: 'ok', message: 'Installed.' }
    : {
        name: 'udev rules',
        status: 'warning',
        message: '99-encoder-bridge.rules is not installed: USB encoders may belong to root alone.',
        next_step: installRules,
      }

/** A service has no session at a screen, and polkit lets nobody else reach the smart-card service without a rule. */
export const checkPolkitRule = async (uid: number, root = ''): Promise<DoctorCheck> => {
  const name = 'polkit rule'
  if (!(await isThere(`${root}${pcscPolicy}`))) {
    return { name, status: 'skipped', message: 'pcscd asks no polkit here.' }
  }
  if (uid === 0) return { name, status: 'ok', message: 'root needs none.' }
  return (await isInAny(polkitFolders, '50-encoder-bridge.rules', root))
    ? { name, status: 'ok', message: 'Installed.' }
    : {
        name,
        status: 'warning',
        message: 'No 50-encoder-bridge.rules is seen; a service may be refused by pcscd.',
        next_step:
          'sudo install -m 644 systemd/polkit/50-encoder-bridge.rules /etc/polkit-1/rules.d/ (that folder may be hidden from this user)',
      }
}

const checkReaders = async (sources: DeviceSources): Promise<DoctorCheck> => {
  const { readers, reason } = await sources.listReaders()
  const name = 'smart-card service'
  if (reason === undefined) {
    const found = readers.length === 0 ? 'it has no reader' : readers.join(', ')
    return { name, status: 'ok', message: `Answers: ${found}.` }
  }
  return {
    name,
    status: 'failed',
    message: reason,
    next_step: 'Linux: sudo apt-get install pcscd libccid && sudo systemctl enable --now pcscd.socket',
  }
}

const checkHid = (sources: DeviceSources): Promise<DoctorCheck> =>
  sources.loadHid().then(
    () => ({ name: 'HID library', status: 'ok', message: 'Loads.' }),
    (error: unknown) => ({
      name: 'HID library',
      status: 'failed',
      message: `Does not load: ${error instanceof Error ? error.message : String(error)}`,
      next_step: 'Linux: sudo apt-get install libusb-1.0-0',
    }),
  )

/** Ways to a device that no file stands for. */
const fileless: ReadonlySet<TransportKind> = new Set(['pcsc', 'none', 'tcp', 'http'])

/** As its path says, or every way that its driver knows. */
const waysTo = async (
  { driver, path }: ConfiguredDevice,
  sources: DeviceSources,
): Promise<readonly TransportKind[]> => {
  const link = path === undefined ? null : parseLinkPath(path)
  if (link !== null) return [link.transport]
  const all = await sources.transportsOf(driver).catch((): readonly TransportKind[] => [])
  return all.filter((kind) => kind !== 'tcp' && kind !== 'http')
}

/** Examines what the configured devices need, and nothing else: a desk with one serial encoder needs no smart-card service. */
export const checkDevices = async (
  devices: readonly ConfiguredDevice[],
  platform: NodeJS.Platform,
  sources: DeviceSources,
): Promise<readonly DoctorCheck[]> => {
  const kinds = await Promise.all(devices.map((device) => waysTo(device, sources)))
  const used = new Set(kinds.flat())
  const files = devices.flatMap(({ name, path }, index) =>
    path === undefined || kinds[index]?.some((kind) => fileless.has(kind)) === true ? [] : [{ name, path }],
  )
  const isLinux = platform === 'linux'
  const hasNodes = used.has('serial') || used.has('hid') || used.has('keyboard')
  const checks = await Promise.all([
    checkPaths(files, platform, sources),
    ...(isLinux && hasNodes ? [checkUdevRules()] : []),
    ...(used.has('hid') ? [checkHid(sources)] : []),
    ...(used.has('pcsc') ? [checkReaders(sources)] : []),
    ...(isLinux && used.has('pcsc') ? [checkPolkitRule(userInfo().uid)] : []),
    checkLinks(devices, sources),
  ])
  return checks.flat()
}
