import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { measureEncodeSpeed } from './encode-speed.ts'
import { measureHubLatency } from './hub-latency.ts'
import { measureIdleMemory } from './idle-memory.ts'
import { measureJournalCommits } from './journal-commits.ts'
import { measureKeyOrders } from './key-orders.ts'
import { measureOrderLatency } from './order-latency.ts'
import { measureDeviceTimes } from './device-times.ts'
import { measurePage } from './page.ts'
import { measureReadSpeed } from './read-speed.ts'
import type { Failure, Row } from './row.ts'
import { measureStartUp } from './start-up.ts'
import { formatTable } from './table.ts'
import { measureThousandBridges } from './thousand-bridges.ts'
import { measureThroughput } from './throughput.ts'

/**
 * Speed and size of the built command: a table for people, then a JSON document; `--json` prints the document alone and
 * `--out FILE` keeps it. Names behind the options choose what is measured. A missed limit is printed, never judged by the exit
 * code, because machines are shared; only what could not be measured at all ends with 1.
 */
const measurements = {
  'start-up': measureStartUp,
  'idle-memory': measureIdleMemory,
  'encode-speed': measureEncodeSpeed,
  'read-speed': measureReadSpeed,
  'device-times': measureDeviceTimes,
  'order-latency': measureOrderLatency,
  'key-orders': measureKeyOrders,
  'journal-commits': measureJournalCommits,
  throughput: measureThroughput,
  page: measurePage,
  'hub-latency': measureHubLatency,
  'thousand-bridges': measureThousandBridges,
}

const { values: flags, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, out: { type: 'string' } },
})
const unknown = chosen.filter((name) => !Object.hasOwn(measurements, name))
if (unknown.length > 0) {
  throw new Error(`${unknown.join(', ')}: there is ${Object.keys(measurements).join(', ')}.`)
}
const loadAtStart = loadavg()
const rows: Row[] = []
const failures: Failure[] = []
for (const [name, measure] of Object.entries(measurements)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  process.stderr.write(`measuring ${name} …\n`)
  try {
    rows.push(...(await measure()))
  } catch (error) {
    failures.push({ name, reason: error instanceof Error ? error.message : String(error) })
  }
}

const [processor] = cpus()
const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processors: cpus().length,
  processor: processor?.model ?? null,
  loadAverage: { atStart: loadAtStart, atEnd: loadavg() },
}
const document = JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows, failures }, null, 2)
if (!flags.json) {
  const loads = Object.values(machine.loadAverage).map((load) => load.map((one) => one.toFixed(2)).join(' '))
  process.stdout.write(
    [
      formatTable(rows, failures),
      `Node ${machine.node}, ${machine.platform}, ${machine.processors} × ${String(machine.processor)}`,
      `Load average ${loads.join(' at the start, ')} at the end. What else runs on the machine is in every figure.`,
      '',
      '',
    ].join('\n'),
  )
}
process.stdout.write(`${document}\n`)
if (flags.out !== undefined) writeFileSync(flags.out, `${document}\n`)
process.exitCode = failures.length > 0 ? 1 : 0
