import { getEventListeners } from 'node:events'
import { BridgeError, isBridgeError } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createPmsPeer, type PmsScript } from '../../test/support/pms-peer.ts'
import { parseHex } from './hex.ts'
import { createPmsReader } from './pms-frames.ts'
import { createPmsLine } from './pms-line.ts'
import { createPmsLink } from './pms-link.ts'

const ENQ = '05'
const ACK = '06'
const NAK = '15'
/** CO of room 101, and an answer whose checksum is that of no reply. */
const CO = '02B3434FB330B3313031B3030F'
const ANSWER = '02B3434FB330B3038C'
/** `|CN|1|9|` and `|CN|1|*|`: answers to another command, whose checksums are ACK and NAK. */
const STALE = '02B3434EB331B339B30306'
const STALE_NAK = '02B3434EB331B32AB30315'

interface Change {
  readonly signal?: AbortSignal
  readonly isActing?: boolean
  readonly beforeSending?: () => void
}

const createRig = (script: PmsScript) => {
  const clock = createFakeClock()
  const peer = createPmsPeer(script)
  const losses: string[] = []
  const line = createPmsLine({
    transport: peer.transport,
    clock,
    reader: createPmsReader({ knowsUnchecked: true }),
    onLost: (error) => losses.push(error.code),
  })
  const link = createPmsLink(line, clock)
  const sentAfter: number[] = []
  let settledAtMs = 0

  /** Gives CO; resolves with the fields of the answer, or the code. */
  const give = async ({ signal, isActing = true, beforeSending }: Change = {}): Promise<string> => {
    const call = link.exchange({
      frame: parseHex(CO),
      signal: signal ?? new AbortController().signal,
      beforeSending: isActing
        ? () => {
            sentAfter.push(peer.heard.length)
            beforeSending?.()
          }
        : undefined,
      answerWithinMs: 90_000,
      judge: (fields) =>
        fields[0] === 'CO'
          ? { kind: 'done', result: fields.join('|') }
          : fields[0] === 'TD'
            ? { kind: 'refused', error: new BridgeError('room_unknown') }
            : { kind: 'alien', detail: 'The answer is to another command.' },
      giveUp: undefined,
    })
    try {
      return await call
    } catch (error) {
      return isBridgeError(error) ? error.code : String(error)
    } finally {
      settledAtMs = clock.now()
    }
  }
  return {
    clock,
    peer,
    line,
    link,
    losses,
    sentAfter,
    give,
    order: (change?: Change) => clock.drive(give(change), 200_000),
    get settledAtMs() {
      return settledAtMs
    },
  }
}

/** Replies to ENQ and to frames with the next of each list; the last one goes on. */
const replies = (toEnquiries: readonly string[], toFrames: readonly string[]): PmsScript => {
  const counts = { enquiry: 0, frame: 0 }
  const nextOf = (list: readonly string[], kind: keyof typeof counts): string | undefined => {
    const reply = list[Math.min(counts[kind], list.length - 1)]
    counts[kind] += 1
    return reply === '' ? undefined : reply
  }
  return (heard) => (heard === ENQ ? nextOf(toEnquiries, 'enquiry') : nextOf(toFrames, 'frame'))
}

test('a command is ENQ, the frame, and an answer that nobody acknowledges', async () => {
  const rig = createRig(replies([ACK], [ACK + ANSWER]))
  const { signal } = new AbortController()
  expect(await rig.order({ signal })).toBe('CO|0')
  expect(rig.peer.heard).toEqual([ENQ, CO])
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(rig.sentAfter).toEqual([1])
  expect(rig.clock.pendingTimers).toBe(0)
})

test('a busy system is asked three times, and then the order was never sent', async () => {
  const rig = createRig(replies([NAK], ['']))
  expect(await rig.order()).toBe('key_encoder_busy')
  expect([rig.peer.heard, rig.settledAtMs]).toEqual([[ENQ, ENQ, ENQ], 1000])
  expect(rig.sentAfter).toEqual([])
  expect(rig.losses).toEqual([])
})

test('a system that is ready at the third enquiry is given the command', async () => {
  const rig = createRig(replies([NAK, NAK, ACK], [ACK + ANSWER]))
  expect(await rig.order()).toBe('CO|0')
  expect(rig.peer.heard).toEqual([ENQ, ENQ, ENQ, CO])
})

test('a system that is silent to three enquiries is lost, and the order was never sent', async () => {
  const rig = createRig(replies([''], ['']))
  expect(await rig.order()).toBe('device_unresponsive')
  expect([rig.peer.heard, rig.sentAfter, rig.settledAtMs]).toEqual([[ENQ, ENQ, ENQ], [], 6000])
  expect([rig.losses, rig.peer.isClosed]).toEqual([['device_lost'], true])
})

test('a frame that was refused goes out again, after another enquiry, and is announced once', async () => {
  const rig = createRig(replies([ACK], [NAK, NAK, ACK + ANSWER]))
  expect(await rig.order()).toBe('CO|0')
  expect(rig.peer.heard).toEqual([ENQ, CO, ENQ, CO, ENQ, CO])
  expect(rig.sentAfter).toEqual([1])
})

test('a frame that was refused three times is a protocol error: nothing was done, and the link stays', async () => {
  const rig = createRig(replies([ACK], [NAK]))
  expect(await rig.order()).toBe('protocol_error')
  expect(rig.peer.heard.filter((heard) => heard === CO)).toHaveLength(3)
  expect(rig.losses).toEqual([])
})

test('a NAK that an ACK follows is believed by nobody: the command is not sent again', async () => {
  const rig = createRig(replies([ACK], [NAK + ACK]))
  expect(await rig.order()).toBe('outcome_unknown')
  expect(rig.peer.heard).toEqual([ENQ, CO])
  expect(rig.losses).toEqual(['device_lost'])
})

test('a NAK after an enquiry that had no reply may be that reply: the command is not sent again', async () => {
  const rig = createRig(replies(['', ACK], [NAK]))
  expect(await rig.order()).toBe('outcome_unknown')
  expect(rig.peer.heard).toEqual([ENQ, ENQ, CO])
})

test('two replies that come together are not taken for those of an enquiry and a frame', async () => {
  const rig = createRig(replies(['', ACK + ACK, ACK], [ACK + ANSWER]))
  expect(await rig.order()).toBe('CO|0')
  expect(rig.peer.heard).toEqual([ENQ, ENQ, ENQ, CO])
})

test('a reply that comes twice is not taken for that to the frame', async () => {
  const rig = createRig(replies([ACK + ACK, ACK], [NAK, ACK + ANSWER]))
  expect(await rig.order()).toBe('CO|0')
  expect(rig.peer.heard).toEqual([ENQ, CO, ENQ, CO])
})

test('an order that is given up when the enquiry is acknowledged is not sent any more', async () => {
  const abort = new AbortController()
  const rig = createRig(() => {
    queueMicrotask(() => abort.abort())
    return ACK
  })
  expect(await rig.order({ signal: abort.signal })).toBe('aborted')
  expect([rig.peer.heard, rig.sentAfter]).toEqual([[ENQ], []])
})

test('the late reply to an enquiry that was given up is not taken for the reply to the next one', async () => {
  const rig = createRig(replies(['', ACK + ACK, ACK], [ACK + ANSWER]))
  const abort = new AbortController()
  const given = rig.give({ signal: abort.signal })
  await rig.clock.advance(100)
  abort.abort()
  expect(await rig.clock.drive(given)).toBe('aborted')
  expect(rig.sentAfter).toEqual([])
  expect(await rig.order()).toBe('CO|0')
  expect(rig.peer.heard).toEqual([ENQ, ENQ, ENQ, CO])
})

test.each([
  ['before the reply to an enquiry', [STALE + ACK, ACK], [ACK + ANSWER]],
  ['in the place of the reply to an enquiry', [STALE, ACK], [ACK + ANSWER]],
  ['before the frame is acknowledged', [ACK], [STALE + ACK + ANSWER]],
  ['before the frame is acknowledged, that ends as a refusal does,', [ACK], [STALE_NAK + ACK + ANSWER]],
  ['behind the reply to an enquiry', [ACK + STALE], [ACK + ANSWER]],
])('a late answer %s is forgotten', async (_, toEnquiries, toFrames) => {
  const rig = createRig(replies(toEnquiries, toFrames))
  expect(await rig.order()).toBe('CO|0')
  expect(rig.peer.heard.filter((heard) => heard === CO)).toHaveLength(1)
})

test('a late answer that has the very look of the right one is forgotten before the frame is acknowledged', async () => {
  const rig = createRig(replies([ANSWER + ACK, ACK], [ANSWER + ACK]))
  expect(await rig.order()).toBe('outcome_unknown')
})

test('an answer to another command is no answer: nobody knows, and the link is ended', async () => {
  const rig = createRig(replies([ACK], [ACK + STALE]))
  expect(await rig.order()).toBe('outcome_unknown')
  expect([rig.losses, rig.peer.isClosed]).toEqual([['device_lost'], true])
})

test('a refusal is told as it is, and the link stays', async () => {
  const rig = createRig(replies([ACK], [`${ACK}02B35444B30313`]))
  expect(await rig.order()).toBe('room_unknown')
  expect(rig.losses).toEqual([])
})

test.each([
  ['that is not acknowledged', [''], 2000],
  ['that is acknowledged and not answered', [ACK], 90_000],
  ['whose answer is cut short', [`${ACK}02B3434F`], 2000],
  ['whose answer has a wrong checksum', [`${ACK}02B3434FB330B3038D`], 2000],
  ['whose acknowledgement is noise', ['5507AA'], 2000],
])('a command %s ends as unknown in time, is sent once, and ends the link', async (_, toFrames, afterMs) => {
  const rig = createRig(replies([ACK], toFrames))
  expect(await rig.order()).toBe('outcome_unknown')
  expect([rig.settledAtMs, rig.peer.heard]).toEqual([afterMs, [ENQ, CO]])
  expect([rig.losses, rig.peer.isClosed]).toEqual([['device_lost'], true])
})

test('an answer that comes again after it was damaged counts', async () => {
  const rig = createRig(replies([ACK], [`${ACK}02B3434FB330B3038D${ANSWER}`]))
  expect(await rig.order()).toBe('CO|0')
})

test('noise that trickles on does not make the wait for an acknowledgement longer', async () => {
  const rig = createRig(replies([ACK], ['']))
  const given = rig.give()
  for (let tenth = 0; tenth < 30; tenth += 1) {
    await rig.clock.advance(100)
    rig.peer.say('55')
  }
  expect([await given, rig.settledAtMs]).toEqual(['outcome_unknown', 2000])
})

test('noise that trickles on does not make the wait for an answer longer', async () => {
  const rig = createRig(replies([ACK], [ACK]))
  const given = rig.give()
  for (let second = 0; second < 100; second += 1) {
    rig.peer.say('06')
    await rig.clock.advance(1000)
  }
  expect([await given, rig.settledAtMs]).toEqual(['outcome_unknown', 90_000])
})

test('what beforeSending throws is rejected with, no frame goes out, and the link stays', async () => {
  const rig = createRig(replies([ACK], [ACK + ANSWER]))
  const beforeSending = (): never => {
    throw new BridgeError('data_unwritable')
  }
  expect(await rig.order({ beforeSending })).toBe('data_unwritable')
  expect(rig.peer.heard).toEqual([ENQ])
  expect(await rig.order()).toBe('CO|0')
})

test.each([
  ['acknowledged', ''],
  ['answered', ACK],
])('a command that is given up before it is %s ends at once as unknown', async (_, reply) => {
  const rig = createRig(replies([ACK], [reply]))
  const abort = new AbortController()
  const given = rig.give({ signal: abort.signal })
  await rig.clock.advance(1000)
  abort.abort()
  expect(await given).toBe('outcome_unknown')
  expect([rig.settledAtMs, rig.losses]).toEqual([1000, ['device_lost']])
})

test.each(['given up', 'cut', 'closed'])(
  'after a NAK nothing was done, also when the next try is %s',
  async (how) => {
    const rig = createRig(replies([ACK, ''], [NAK]))
    const abort = new AbortController()
    const given = rig.give({ signal: abort.signal })
    await rig.clock.advance(1000)
    expect(rig.peer.heard).toEqual([ENQ, CO, ENQ])
    if (how === 'given up') abort.abort()
    else if (how === 'cut') rig.peer.cut()
    else await rig.line.close()
    expect(await given).toBe('protocol_error')
  },
)

test('a line that is cut after the frame leaves the command unknown, and before it untouched', async () => {
  for (const [toEnquiries, code] of [
    [[ACK], 'outcome_unknown'],
    [[''], 'device_lost'],
  ] as const) {
    const rig = createRig(replies(toEnquiries, [ACK]))
    const given = rig.give()
    await rig.clock.advance(500)
    rig.peer.cut()
    expect(await given).toBe(code)
    expect(rig.losses).toEqual(['device_lost'])
  }
})

test('an answer that came before the line was cut counts', async () => {
  const rig = createRig(replies([ACK], [ACK]))
  const given = rig.give()
  await rig.clock.advance(500)
  rig.peer.say(ANSWER)
  rig.peer.cut()
  expect(await given).toBe('CO|0')
})

test('of a command that changes nothing the plain reason is told, and the link is ended all the same', async () => {
  const silent = createRig(replies([ACK], [ACK]))
  expect(await silent.order({ isActing: false })).toBe('device_unresponsive')
  const abort = new AbortController()
  const aborted = createRig(replies([ACK], [ACK]))
  const given = aborted.give({ isActing: false, signal: abort.signal })
  await aborted.clock.advance(1000)
  abort.abort()
  expect(await given).toBe('aborted')
  expect([silent.losses, aborted.losses]).toEqual([['device_lost'], ['device_lost']])
})

test.each([
  ['ready', [ACK], 'done'],
  ['busy', [NAK], 'done'],
  ['silent', [''], 'device_unresponsive'],
  ['noise at first', ['AA55', ACK], 'done'],
  ['noise', ['AA55'], 'protocol_error'],
])('a greeting finds out whether anybody is there: %s', async (_, toEnquiries, ending) => {
  const rig = createRig(replies(toEnquiries, []))
  const greeting = rig.link.greet(new AbortController().signal).then(
    () => 'done',
    (error: unknown) => (isBridgeError(error) ? error.code : error),
  )
  expect(await rig.clock.drive(greeting)).toBe(ending)
})

test('a greeting waits until the end of what comes unasked: its last byte may look like a reply', async () => {
  const rig = createRig(replies([ACK], []))
  const greeting = rig.link.greet(new AbortController().signal)
  await rig.clock.advance(100)
  rig.peer.say('31B303')
  await rig.clock.advance(100)
  rig.peer.say(ACK)
  expect(rig.peer.heard).toEqual([])
  await rig.clock.drive(greeting)
  expect(rig.peer.heard).toEqual([ENQ])
})

test.each([
  ['replies', NAK],
  ['answers to nobody', STALE],
])(
  '%s without an end are a line that is lost, and an order that is under way is in doubt',
  async (_, said) => {
    const rig = createRig(replies([ACK], [ACK]))
    const ending = rig.give()
    await rig.clock.advance(0)
    expect(rig.peer.heard).toEqual([ENQ, CO])
    rig.peer.say(said.repeat(20_000))
    expect(await ending).toBe('outcome_unknown')
    expect([rig.losses, rig.peer.isClosed]).toEqual([['protocol_error'], true])
    expect(rig.clock.pendingTimers).toBe(0)
  },
)

test('noise between two commands, as much as a slow line carries, loses no line', async () => {
  const rig = createRig(replies([ACK], [ACK + ANSWER]))
  rig.peer.say('FF'.repeat(12_000))
  expect(await rig.order()).toBe('CO|0')
  expect(rig.losses).toEqual([])
})
