import { describe, expect, test, vi } from 'vitest'
import { type Driver, isBridgeError } from 'encoder-bridge/driver'
import { when } from '../conformance/subject.ts'
import { openPmsLink } from './pms-links.ts'
import { testUnless } from './skip.ts'

const ONE = '04A1B2C3D4E580'

const noTerminals =
  process.platform === 'win32' ? 'key systems on a serial line: Windows has no pseudoterminals' : null

/** Rules about a driver of the PMS protocol on links of the kernel, in real time, side by side. */
export const describePmsLinks = (driver: Driver): void => {
  describe.concurrent('over a socket', () => {
    describeLink(driver, 'tcp')
    describeRivals(driver)
  })
  when(noTerminals !== null, () => {
    testUnless(noTerminals)('a serial line is tried', () => undefined)
  })
  when(noTerminals === null, () => {
    describe.concurrent('over a pseudoterminal', () => {
      describeLink(driver, 'serial')
    })
  })
}

/** An order, and the moment at which it goes out. */
const startOrder = (
  link: Awaited<ReturnType<typeof openPmsLink>>,
): { readonly making: Promise<string>; readonly sent: Promise<void> } => {
  let tellSent = (): void => undefined
  const sent = new Promise<void>((resolve) => {
    tellSent = resolve
  })
  return { making: link.order({}, { onSending: () => tellSent() }), sent }
}

const describeLink = (driver: Driver, transport: 'tcp' | 'serial'): void => {
  const { keys, abort: promise } = driver.manifest

  test('keys are made, copied, read and ended', async (context) => {
    const link = await openPmsLink(driver, transport, context)
    link.lay(ONE)
    expect(await link.order()).toBe('done')
    expect(await link.order({ purpose: 'additional' })).toBe('done')
    expect(await link.order({ purpose: 'oneShot' })).toBe('done')
    const reading = await link.system.readKey?.('1', { signal: new AbortController().signal })
    expect(reading).toMatchObject({ kind: 'guest', rooms: ['101'], copy: 'one-shot', isValid: true })
    expect(await link.give((io) => link.system.checkOut?.('1', { room: '101' }, io))).toBe('done')
    expect(await link.give((io) => link.system.probe(io))).toBe('done')
    expect([link.writesOf(ONE), link.losses]).toEqual([3, []])
  })

  test('a card that comes when the encoder waits becomes the key', async (context) => {
    const link = await openPmsLink(driver, transport, context)
    const { making, sent } = startOrder(link)
    await sent
    link.lay(ONE)
    expect(await making).toBe('done')
    expect(link.writesOf(ONE)).toBe(1)
  })

  test('every refusal is told as it is, and the link stays', async (context) => {
    const link = await openPmsLink(driver, transport, context)
    link.lay(ONE)
    for (const code of keys?.refusals ?? []) {
      link.emulator.inject({ fault: code })
      expect(await link.order()).toBe(code)
    }
    expect([link.writesOf(ONE), link.losses]).toEqual([0, []])
    expect(await link.order()).toBe('done')
  })

  test.for(['noise', 'splitBytes', 'duplicateAnswers', 'nakStorm', 'nakMessages', 'deafEnquiries'])(
    '%s hinders no order',
    async (fault, context) => {
      const link = await openPmsLink(driver, transport, context)
      link.lay(ONE)
      link.emulator.inject({ fault })
      expect(await link.order()).toBe('done')
      expect(await link.order()).toBe('done')
      expect([link.writesOf(ONE), link.losses]).toEqual([2, []])
    },
  )

  const cuts = transport === 'tcp' ? ['cut', 'cutInAnswer'] : []
  test.for(['garbled', 'otherEncoder', 'otherCommand', ...cuts])(
    '%s: one key, nobody knows, and after a new opening the next order has its own answer',
    async (fault, context) => {
      const link = await openPmsLink(driver, transport, context)
      link.lay(ONE)
      link.emulator.inject({ fault })
      expect(await link.order()).toBe('outcome_unknown')
      await link.lost()
      expect([link.writesOf(ONE), link.losses]).toEqual([1, ['device_lost']])
      await link.reopen()
      link.emulator.inject({ fault: 'room_out_of_service' })
      expect(await link.order()).toBe('room_out_of_service')
      expect(await link.order()).toBe('done')
      expect(link.writesOf(ONE)).toBe(2)
    },
  )

  test.for(['noAck', ...(transport === 'tcp' ? ['hangUp'] : [])])(
    '%s: no key, nobody knows, and after a new opening the next order is carried out',
    async (fault, context) => {
      const link = await openPmsLink(driver, transport, context)
      link.lay(ONE)
      link.emulator.inject({ fault })
      expect(await link.order()).toBe('outcome_unknown')
      await link.reopen()
      expect(await link.order()).toBe('done')
      expect(link.writesOf(ONE)).toBe(1)
    },
  )

  test.for(['silent', 'late', 'lateByMessage'])(
    '%s: an order that is given up ends with the truth, and a late answer is nobody’s',
    async (fault, context) => {
      const link = await openPmsLink(driver, transport, context)
      link.lay(ONE)
      link.emulator.inject({ fault })
      const abort = new AbortController()
      const making = link.order({}, { signal: abort.signal })
      await vi.waitFor(() => expect(link.writesOf(ONE)).toBe(1), 10_000)
      abort.abort()
      const ending = await making
      // Where a command can be given up, the enquiry for that brings the late answer.
      expect(ending).toBe(promise === 'anytime' && fault !== 'silent' ? 'done' : 'outcome_unknown')
      if (ending !== 'done') await link.reopen()
      link.emulator.inject({ fault: 'room_out_of_service' })
      expect(await link.order()).toBe('room_out_of_service')
      expect(await link.order()).toBe('done')
      expect(link.writesOf(ONE)).toBe(2)
    },
  )

  test('a link that is cut while the encoder waits leaves the order unknown, and is told as lost', async (context) => {
    const link = await openPmsLink(driver, transport, context)
    const { making, sent } = startOrder(link)
    await sent
    link.cut()
    expect(await making).toBe('outcome_unknown')
    await link.lost()
    expect(await link.order()).toBe('device_lost')
  })
}

const describeRivals = (driver: Driver): void => {
  test('of two connections that race for the one channel, one is opened, and the other refused as lost', async (context) => {
    const link = await openPmsLink(driver, 'tcp', context)
    link.lay(ONE)
    await expect(link.open()).rejects.toSatisfy((error) => isBridgeError(error, 'device_lost'))
    expect(await link.order()).toBe('done')
    expect(link.losses).toEqual([])
  })
}
