import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { Kernel } from './kernel.ts'

const run = promisify(execFile)

const BUSYBOX = '/bin/busybox'
/** What the host's root needs before there is a root: the stock kernel has the rest built in. */
const ROOT_MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay']
const MOUNT_POINTS = ['dev', 'host', 'layer', 'new']

/** Makes the file system that the kernel starts from: busybox, the modules for the root, and init.sh. */
export const makeInitramfs = async (folder: string, kernel: Kernel): Promise<string> => {
  const tree = join(folder, 'initramfs')
  for (const name of ['bin', 'modules', ...MOUNT_POINTS]) mkdirSync(join(tree, name), { recursive: true })
  copyFileSync(BUSYBOX, join(tree, 'bin', 'busybox'))
  for (const [index, file] of (await kernel.filesOf(ROOT_MODULES)).entries()) {
    copyFileSync(file, join(tree, 'modules', `${String(index).padStart(2, '0')}-${basename(file)}`))
  }
  copyFileSync(join(import.meta.dirname, 'init.sh'), join(tree, 'init'))
  chmodSync(join(tree, 'init'), 0o755)
  await run('sh', ['-c', `find . | ${BUSYBOX} cpio -o -H newc > ../initramfs.cpio`], { cwd: tree })
  return join(folder, 'initramfs.cpio')
}
