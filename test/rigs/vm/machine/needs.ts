import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What a machine is made of, and the Debian package that it comes from. */
const needed = new Map([
  ['/usr/bin/qemu-system-x86_64', 'qemu-system-x86'],
  ['/usr/share/seabios/bios-256k.bin', 'seabios'],
  ['/bin/busybox', 'busybox-static'],
  ['/sbin/modprobe', 'kmod'],
  ['/lib/systemd/systemd-udevd', 'udev'],
  ['/usr/sbin/pcscd', 'pcscd'],
  ['/usr/lib/pcsc/drivers/ifd-ccid.bundle', 'libccid'],
  ['/usr/lib/x86_64-linux-gnu/libusb-1.0.so.0', 'libusb-1.0-0'],
])

const hasKernel = (): boolean => {
  try {
    return /Candidate: \d/.test(
      execFileSync('/usr/bin/apt-cache', ['policy', 'linux-image-amd64'], { encoding: 'utf8' }),
    )
  } catch {
    return false
  }
}

/** Why no machine can be run here; null where one can. */
export const reasonNotToBoot = (): string | null => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it boots the root of a Linux on x86-64'
  const missing = [...needed].filter(([file]) => !existsSync(file)).map(([, name]) => name)
  if (missing.length > 0) return `${missing.join(', ')} missing (apt-get install ${missing.join(' ')})`
  return hasKernel() ? null : 'apt offers no linux-image-amd64 (apt-get update; Debian on x86-64)'
}
