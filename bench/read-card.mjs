/**
 * Reads all 64 blocks of the card on a PN532, again and again, each time from the opening of the port to its closing. Prints the
 * times in milliseconds as JSON. Arguments: path, line speed of a session, runs.
 */
import { performance } from 'node:perf_hooks'
import { loadDriver } from '../dist/drivers/index.js'
import { systemClock } from '../dist/src/service/system-clock.js'
import { openSerial } from '../dist/src/transport/serial.js'

const [path, baudRate, runs] = process.argv.slice(2)
const { signal } = new AbortController()
const driver = await loadDriver('pn532')
const options = driver.options.parse({ sessionBaudRate: Number(baudRate) })
const key = { type: 'A', value: new Uint8Array(6).fill(0xff) }

const readOnce = async () => {
  const startedMs = performance.now()
  const transport = await openSerial(path, driver.serial)
  const device = await driver.open({ transport, options, clock: systemClock }, { signal })
  const card = await device.waitForCard({ signal })
  for (let block = 0; block < 64; block += 1)
    await device.read(card, { kind: 'block', block, key }, { signal })
  const durationMs = performance.now() - startedMs
  await device.close()
  return durationMs
}

const times = []
for (let run = 0; run < Number(runs); run += 1) times.push(await readOnce())
process.stdout.write(`${JSON.stringify(times)}\n`)
