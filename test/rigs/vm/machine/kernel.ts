import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A kernel that is unpacked, not installed. */
export interface Kernel {
  readonly image: string
  /** The folder of its modules, named after its version. */
  readonly modules: string
  /** The files of these modules and of those they need, in the order to load them. */
  filesOf(modules: readonly string[]): Promise<readonly string[]>
}

/** The package that `linux-image-amd64` stands for; its cloud sibling has neither vhci-hcd nor serial adapters. */
const kernelPackage = async (): Promise<string> => {
  const { stdout } = await run('apt-cache', ['depends', 'linux-image-amd64'])
  const found = /Depends: (linux-image-\S+)/.exec(stdout)?.[1]
  if (found === undefined) throw new Error(`apt knows no kernel:\n${stdout}`)
  return found
}

/** Downloads Debian's stock kernel and unpacks it into the folder. */
export const fetchKernel = async (folder: string): Promise<Kernel> => {
  const name = await kernelPackage()
  await run('apt-get', ['download', '-o', 'Acquire::Retries=3', '-o', 'APT::Sandbox::User=root', name], {
    cwd: folder,
  })
  const archive = readdirSync(folder).find((file) => file.startsWith(`${name}_`))
  if (archive === undefined) throw new Error(`apt-get download left no ${name}`)
  await run('dpkg', ['--extract', join(folder, archive), folder])
  const version = name.replace('linux-image-', '')
  await run('depmod', ['--basedir', folder, version])
  return {
    image: join(folder, 'boot', `vmlinuz-${version}`),
    modules: join(folder, 'lib', 'modules', version),
    filesOf: async (modules) => {
      const options = ['--dirname', folder, '--set-version', version, '--show-depends', '--all']
      const { stdout } = await run('modprobe', [...options, ...modules])
      return [...new Set(Array.from(stdout.matchAll(/^insmod (\S+)/gm), ([, file = '']) => file))]
    },
  }
}
