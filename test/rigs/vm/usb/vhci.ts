import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Duplex } from 'node:stream'
import { until } from '../until.ts'

/** The kernel's virtual USB host controller; its ports 0 to 7 are of USB 2. */
const VHCI = '/sys/devices/platform/vhci_hcd.0'
/** USB_SPEED_FULL of the kernel's <linux/usb/ch9.h>. */
const FULL_SPEED = 2
/** VDEV_ST_NULL of drivers/usb/usbip/usbip_common.h, as the file `status` prints it. */
const FREE = '004'

const isFree = (port: number): boolean =>
  readFileSync(`${VHCI}/status`, 'utf8').includes(`hs  ${String(port).padStart(4, '0')} ${FREE}`)

/** A device's end of a cable. The kernel speaks USB/IP on it; destroying it pulls it. */
interface Cable {
  readonly stream: Duplex
  /** Resolves when the port has taken the device. */
  readonly attached: Promise<void>
}

/**
 * Plugs a cable into a port that is free. The kernel takes a socket by its descriptor in the process that writes to
 * `attach`: a child, which has one as its descriptor 3.
 */
const plugIn = (port: number): Cable => {
  const deviceId = 0x10000 + port + 1
  const order = `echo "${String(port)} 3 ${String(deviceId)} ${String(FULL_SPEED)}" > ${VHCI}/attach`
  const shell = spawn('/bin/sh', ['-c', order], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const stream = shell.stdio[3]
  if (!(stream instanceof Duplex)) throw new Error('no pair of sockets')
  return {
    stream,
    attached: once(shell, 'exit').then(([code]) => {
      if (code !== 0) throw new Error(`port ${String(port)} took no device`)
    }),
  }
}

/** Waits until the port is free, as it is a moment after a cable was pulled, and plugs a cable in. */
export const plugIntoVhci = async (port: number): Promise<Cable> => {
  await until(() => isFree(port))
  return plugIn(port)
}
