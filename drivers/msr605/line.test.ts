import { describe, expect, test } from 'vitest'
import { BridgeError, type TransportListener } from 'encoder-bridge/driver'
import { endingOf } from '../../test/conformance/rig.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createLine } from './line.ts'
import { communicationTest, isAlive, isSet, setCoercivity } from './protocol.ts'

const latin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

/** A line to something that answers the commands by a script: `e` is the test, `R` a reset, `x` a setting. */
const startLine = (script: (command: string) => string | undefined) => {
  const clock = createFakeClock()
  const sent: string[] = []
  const losses: string[] = []
  let listener: TransportListener | undefined
  let isStuck = false
  const obey = async (command: string): Promise<void> => {
    sent.push(command)
    if (isStuck) return new Promise<void>(() => undefined)
    const answer = script(command)
    if (answer !== undefined) listener?.onBytes(latin(answer))
    return undefined
  }
  const line = createLine(
    {
      model: 'scripted',
      send: (command) => obey(Buffer.from(command).toString('latin1').slice(1)),
      reset: () => obey('R'),
      listen: (next) => {
        listener = next
        return () => (listener = undefined)
      },
      close: async () => undefined,
    },
    clock,
    (error) => losses.push(error.code),
  )
  return {
    clock,
    line,
    sent,
    losses,
    tell: (text: string) => listener?.onBytes(latin(text)),
    lose: () => listener?.onLost(new BridgeError('device_lost')),
    stick: () => (isStuck = true),
    isHeard: () => listener !== undefined,
  }
}

const good = (command: string): string | undefined => ({ e: '\x1by', x: '\x1b0' })[command]
const ask = ({ line }: ReturnType<typeof startLine>): Promise<true> => line.ask(setCoercivity.hi, isSet)

describe('a line in step', () => {
  test('is one in which nothing is outstanding', async () => {
    const started = startLine(good)
    const { line, clock } = started
    expect(line.isInStep).toBe(false)
    await clock.drive(line.synchronise())
    expect(line.isInStep).toBe(true)
    const asking = ask(started)
    expect(line.isInStep).toBe(false)
    await clock.drive(asking)
    expect(line.isInStep).toBe(true)
  })

  test('hears of a command only what came after it', async () => {
    const started = startLine((command) => (command === 'x' ? undefined : good(command)))
    await started.clock.drive(started.line.synchronise())
    started.tell('\x1b0')
    expect(await endingOf(started.clock.drive(ask(started)))).toBe('device_unresponsive')
    expect(started.line.isInStep).toBe(false)
  })

  test('is found again by a reset and the answer to the test; what comes before that is stale', async () => {
    const { line, clock, sent } = startLine((command) => (command === 'e' ? '\x1b0\x1b1\x1by' : undefined))
    await clock.drive(line.synchronise())
    expect([sent, line.isInStep, line.resets]).toEqual([['R', 'e'], true, 1])
  })

  test('is not looked for where it is there already', async () => {
    const started = startLine(good)
    await started.clock.drive(started.line.insist(() => ask(started)))
    await started.clock.drive(started.line.insist(() => ask(started)))
    expect(started.sent).toEqual(['R', 'e', 'x', 'x'])
  })
})

describe('an answer that does not come', () => {
  test('is told as silence, or as rubbish where something came', async () => {
    const silent = startLine(() => undefined)
    expect(await endingOf(silent.clock.drive(ask(silent)))).toBe('device_unresponsive')
    const rubbish = startLine(() => 'U')
    expect(await endingOf(rubbish.clock.drive(ask(rubbish)))).toBe('protocol_error')
  })

  test('is asked for three times where that does no harm, each time from a line in step', async () => {
    const started = startLine((command) => (command === 'x' ? undefined : good(command)))
    const asking = started.line.insist(() => ask(started))
    expect(await endingOf(started.clock.drive(asking))).toBe('device_unresponsive')
    expect(started.sent.join('')).toBe('RexRexRex')
  })

  test('is done without where not every encoder has it; what comes late is taken for nothing else', async () => {
    const started = startLine((command) => ({ e: '\x1b0\x1by', x: undefined })[command])
    const { line, clock, sent } = started
    await clock.drive(line.synchronise())
    expect(await clock.drive(line.inquire(setCoercivity.hi, isSet))).toBeUndefined()
    expect([line.isInStep, sent.slice(-2)]).toEqual([true, ['x', 'e']])
  })

  test('is not asked for again after an error of another kind', async () => {
    const started = startLine((command) => (command === 'x' ? '\x1bA' : good(command)))
    expect(await endingOf(started.clock.drive(started.line.insist(() => ask(started))))).toBe('device_fault')
    expect(started.sent.join('')).toBe('Rex')
  })
})

describe('a cancellation', () => {
  test('ends what waits, and everything after it until it is resumed', async () => {
    const started = startLine(() => undefined)
    const asking = endingOf(ask(started))
    await started.clock.advance(10)
    started.line.cancel(new BridgeError('aborted'))
    expect(await asking).toBe('aborted')
    expect(await endingOf(ask(started))).toBe('aborted')
    expect(started.clock.pendingTimers).toBe(0)
    started.line.resume()
    expect(await endingOf(started.clock.drive(ask(started)))).toBe('device_unresponsive')
  })

  test('waits for what is shielded', async () => {
    const started = startLine(good)
    const shielded = started.line.shield(() => started.line.synchronise())
    started.line.cancel(new BridgeError('aborted'))
    await started.clock.drive(shielded)
    expect(started.line.isInStep).toBe(true)
    expect(await endingOf(ask(started))).toBe('aborted')
  })

  test('does not wait for a transfer that hangs; without one, the transfer is given up after a second', async () => {
    const started = startLine(good)
    started.stick()
    const asking = endingOf(ask(started))
    await started.clock.advance(10)
    started.line.cancel(new BridgeError('aborted'))
    expect(await asking).toBe('aborted')
    started.line.resume()
    const startMs = started.clock.now()
    expect(await endingOf(started.clock.drive(ask(started)))).toBe('device_unresponsive')
    expect(started.clock.now() - startMs).toBe(1000)
  })
})

test('a loss ends what waits and what comes after, and is told', async () => {
  const started = startLine(() => undefined)
  const asking = endingOf(ask(started))
  await started.clock.advance(10)
  started.lose()
  expect(await asking).toBe('device_lost')
  expect(await endingOf(started.line.ask(communicationTest, isAlive))).toBe('device_lost')
  expect(started.losses).toEqual(['device_lost'])
})

test('a line that was closed hears nothing and sends nothing', async () => {
  const started = startLine(good)
  await started.line.close()
  expect(started.isHeard()).toBe(false)
  expect(await endingOf(ask(started))).toBe('device_closed')
  expect(started.sent).toEqual([])
})
