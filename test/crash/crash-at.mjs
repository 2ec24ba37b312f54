/**
 * Loaded before the daemon by NODE_OPTIONS=--import: kills its own process with SIGKILL at one exact point, or counts the
 * points. The daemon itself knows nothing of it.
 *
 *   CRASH_AT=journal:7:before   before the 7th statement that the journal executes
 *   CRASH_AT=frame:3:after      after the 3rd write to the serial line; `answer:3:before` before the 3rd chunk is delivered
 *   CRASH_COUNT_FILE=path       at the end, writes {"journal":n,"frame":n,"answer":n}
 */
import fs, { writeFileSync } from 'node:fs'
import { register, syncBuiltinESMExports } from 'node:module'
import { SerialPort } from 'serialport'

const [kind, number, moment] = (process.env.CRASH_AT ?? 'none:0:before').split(':')
const counts = { journal: 0, frame: 0, answer: 0 }

const die = () => process.kill(process.pid, 'SIGKILL')

/** Runs the work as the next point of its kind. */
export const pass = (point, work) => {
  counts[point] += 1
  const isHere = point === kind && counts[point] === Number(number)
  if (isHere && moment === 'before') die()
  const result = work()
  if (isHere && moment === 'after') {
    if (result instanceof Promise) return result.finally(die)
    die()
  }
  return result
}

// The native classes can't be patched: whoever imports the package gets counted-sqlite.mjs instead.
register(new URL('crash-hooks.mjs', import.meta.url))

/** The descriptors of open lines: the transport reads and writes them past the library, by system calls. */
const lines = new Set()

const { writeSync, readSync } = fs
fs.writeSync = (fd, ...args) =>
  lines.has(fd) ? pass('frame', () => writeSync(fd, ...args)) : writeSync(fd, ...args)
fs.readSync = (fd, ...args) => {
  const size = readSync(fd, ...args)
  return lines.has(fd) ? pass('answer', () => size) : size
}
syncBuiltinESMExports()

const open = SerialPort.binding.open
SerialPort.binding.open = async (options) => {
  const port = await open.call(SerialPort.binding, options)
  const { write, read, close } = port
  lines.add(port.fd)
  port.close = (...args) => {
    lines.delete(port.fd)
    return close.apply(port, args)
  }
  port.write = (...args) => pass('frame', () => write.apply(port, args))
  port.read = async (...args) => {
    const chunk = await read.apply(port, args)
    return pass('answer', () => chunk)
  }
  return port
}

if (process.env.CRASH_COUNT_FILE !== undefined) {
  process.on('exit', () => writeFileSync(process.env.CRASH_COUNT_FILE, JSON.stringify(counts)))
}
