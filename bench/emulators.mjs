/**
 * Emulated PN532s in real time in one process, on Node's own timers: what a line or a card takes is rounded up to the next
 * millisecond, and no processor is kept busy to be exact. Arguments: in pairs, pseudoterminal link and control socket.
 */
import { loadDriver } from '../dist/drivers/index.js'
import { systemClock } from '../dist/src/service/system-clock.js'
import { hostEmulator } from '../dist/src/transport/emulator-host.js'

const { emulate } = await loadDriver('pn532')
const paths = process.argv.slice(2)
for (let index = 0; index < paths.length; index += 2) {
  const emulator = await emulate({ clock: systemClock, realtime: true })
  await hostEmulator({ emulator, link: paths[index], controlPath: paths[index + 1] })
}
process.stdout.write('{}\n')
