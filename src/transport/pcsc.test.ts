import { describe, expect, test } from 'vitest'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { PcscTransport } from '../contract/transport.ts'
import { endingOf } from '../../test/conformance/rig.ts'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { createFakePcsc, fakeAtr, type FakePcsc } from '../../test/support/fake-pcsc.ts'
import { formatHex } from '../wire/hex.ts'
import { createPcscService, type PcscService } from './pcsc.ts'

const NAME = 'Reader 00 00'
const EXCLUSIVE = 0xa0
const MUTE = 0x220
const present = `present ${formatHex(fakeAtr)}`
const GET_UID = Uint8Array.of(0xff, 0xca, 0, 0, 0)
const coded = (code: string): unknown => expect.toSatisfy((error) => isBridgeError(error, code as never))

interface Rig {
  readonly clock: FakeClock
  readonly fake: FakePcsc
  readonly service: PcscService
}

const createRig = (): Rig => {
  const clock = createFakeClock()
  const fake = createFakePcsc()
  fake.addReader(NAME)
  return { clock, fake, service: createPcscService(async () => fake.library, clock) }
}

interface OpenRig extends Rig {
  readonly reader: PcscTransport
  /** What the listener heard. */
  readonly heard: string[]
}

const openReader = async (rig = createRig()): Promise<OpenRig> => {
  const reader = await rig.clock.drive(rig.service.open(NAME))
  const heard: string[] = []
  reader.listen({
    onState: (state) => heard.push(state.kind === 'present' ? `present ${formatHex(state.atr)}` : state.kind),
    onLost: ({ code }) => heard.push(code),
  })
  await rig.clock.advance(0)
  return { ...rig, reader, heard }
}

const withCard = async (): Promise<OpenRig> => {
  const rig = createRig()
  rig.fake.insert(NAME)
  const opened = await openReader(rig)
  rig.fake.calls.length = 0
  return opened
}

describe('the service', () => {
  test('that does not run is pcsc_unavailable, and is asked anew by the next one who opens', async () => {
    const { clock, fake, service } = createRig()
    fake.isThere = false
    await expect(clock.drive(service.open(NAME))).rejects.toEqual(coded('pcsc_unavailable'))
    fake.isThere = true
    expect((await clock.drive(service.open(NAME))).path).toBe(NAME)
  })

  test('whose package does not load is told by its name, in the list too', async () => {
    const clock = createFakeClock()
    const service = createPcscService(async () => {
      throw new BridgeError('driver_unavailable', 'The optional package "pcsc-mini" does not load.')
    }, clock)
    await expect(service.open(NAME)).rejects.toEqual(coded('driver_unavailable'))
    const { readers, reason } = await service.list()
    expect(readers).toEqual([])
    expect(reason).toContain('pcsc-mini')
  })

  test('has one client for everybody, until nobody has used it for a while', async () => {
    const { clock, fake, service } = createRig()
    fake.addReader('Other 00 00')
    const [one, other] = await clock.drive(Promise.all([service.open(NAME), service.open('Other 00 00')]))
    expect(fake.clients).toEqual({ made: 1, running: 1 })
    await clock.drive(one.close())
    await clock.advance(1000)
    expect(fake.clients.running).toBe(1)
    await clock.drive(other.close())
    await clock.drive(service.open(NAME))
    expect(fake.clients.made).toBe(1)
  })

  test('is not left while its thread has something to tell: stopping would block the process', async () => {
    const { clock, fake, reader } = await openReader()
    await clock.drive(reader.close())
    await clock.advance(140)
    fake.insert(NAME)
    await clock.advance(140)
    expect(fake.clients.running).toBe(1)
    await clock.advance(20)
    expect(fake.clients.running).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  test('that ends loses every reader once; the next one who opens gets a new client', async () => {
    const { clock, fake, reader, heard, service } = await withCard()
    await clock.drive(reader.connect())
    fake.stop()
    await clock.advance(1000)
    expect(heard).toEqual([present, 'device_lost'])
    await expect(reader.transmit(GET_UID)).rejects.toEqual(coded('device_lost'))
    await expect(clock.drive(service.open(NAME))).rejects.toEqual(coded('pcsc_unavailable'))
    fake.isThere = true
    const again = await clock.drive(service.open(NAME))
    await clock.drive(again.connect())
    expect(fake.clients.made).toBe(3)
  })
})

describe('readers', () => {
  test('are listed, whether there are some or none', async () => {
    const { clock, fake, service } = createRig()
    fake.addReader('Other 00 00')
    expect(await clock.drive(service.list())).toEqual({ readers: [NAME, 'Other 00 00'], reason: undefined })
    fake.removeReader(NAME)
    fake.removeReader('Other 00 00')
    expect(await clock.drive(service.list())).toEqual({ readers: [], reason: undefined })
  })

  test('are told when they come and go, once each, and the end of the service too', async () => {
    const { clock, fake, service } = createRig()
    const told: string[] = []
    const observer = {
      onArrival: (name: string) => told.push(`+${name}`),
      onRemoval: (name: string) => told.push(`-${name}`),
      onEnd: ({ code }: BridgeError) => told.push(code),
    }
    await clock.drive(service.watch(observer))
    expect(told).toEqual([`+${NAME}`])
    fake.insert(NAME)
    fake.addReader('Other 00 00')
    fake.removeReader(NAME)
    fake.stop()
    fake.isThere = true
    expect(told).toEqual([`+${NAME}`, '+Other 00 00', `-${NAME}`, 'device_lost'])
  })

  test('are told no more when nobody wants to hear', async () => {
    const { clock, fake, service } = createRig()
    const stop = await clock.drive(
      service.watch({
        onArrival: () => undefined,
        onRemoval: () => expect.unreachable(),
        onEnd: () => undefined,
      }),
    )
    stop()
    fake.removeReader(NAME)
    await clock.advance(1000)
    expect(fake.clients.running).toBe(0)
  })

  test('that are absent are told from those that are there, and that there may be more than can be seen', async () => {
    const { clock, fake, service } = createRig()
    await expect(clock.drive(service.open('Mine'))).rejects.toThrow(
      `There is no reader "Mine": there are "${NAME}".`,
    )
    for (const name of ['B', 'C', 'D']) fake.addReader(name)
    await expect(clock.drive(service.open('Mine'))).rejects.toThrow('more than 4 can’t be seen')
  })

  test('that go are lost, alone', async () => {
    const { clock, fake, service, heard } = await openReader()
    fake.addReader('Other 00 00')
    const other = await clock.drive(service.open('Other 00 00'))
    fake.removeReader(NAME)
    expect(heard).toEqual(['empty', 'device_lost'])
    await clock.drive(other.connect())
  })
})

describe('the slot', () => {
  test('is told at once, with the ATR that the card itself tells, and to one listener only', async () => {
    const { reader, heard } = await withCard()
    expect(heard).toEqual([present])
    const second = { onState: () => undefined, onLost: () => undefined }
    expect(() => reader.listen(second)).toThrow(coded('device_busy'))
  })

  test('tells what comes and goes', async () => {
    const { clock, fake, heard } = await openReader()
    fake.insert(NAME)
    await clock.advance(0)
    fake.empty(NAME)
    fake.tell(NAME, MUTE, 3)
    fake.empty(NAME, 4)
    expect(heard).toEqual(['empty', present, 'empty', 'mute', 'empty'])
  })

  test('tells a card only once, however often the service speaks of it', async () => {
    const { clock, fake, heard } = await openReader()
    for (let times = 0; times < 3; times++) {
      fake.insert(NAME)
      await clock.advance(10)
    }
    expect(heard).toEqual(['empty', present])
  })

  test('tells an exchange that the service noticed only by its count', async () => {
    const { clock, fake, heard } = await withCard()
    fake.insert(NAME, 3)
    await clock.advance(0)
    expect(heard).toEqual([present, 'empty', present])
  })

  test('tells a card that another program keeps to itself without an ATR, and with it afterwards', async () => {
    const { clock, fake, heard } = await openReader()
    fake.tell(NAME, EXCLUSIVE, 1)
    fake.tell(NAME, EXCLUSIVE, 1)
    await clock.advance(0)
    fake.insert(NAME)
    await clock.advance(0)
    expect(heard).toEqual(['empty', 'present ', present])
  })

  test('tells so too when the card can’t be asked for long: another program is in a transaction', async () => {
    const { clock, fake, heard } = await openReader()
    fake.next.connect = 'wait'
    fake.insert(NAME)
    await clock.advance(2400)
    expect(heard).toEqual(['empty'])
    await clock.advance(200)
    expect(heard).toEqual(['empty', 'present '])
    fake.release()
    await clock.advance(0)
    expect(heard).toEqual(['empty', 'present ', present])
  })

  test.each([
    ['SharingViolation', 'present '],
    ['UnresponsiveCard', 'mute'],
  ])('of a card that answers %s is %s', async (code, state) => {
    const { clock, fake, heard } = await openReader()
    fake.next.connect = code
    fake.insert(NAME)
    await clock.advance(0)
    expect(heard).toEqual(['empty', state])
  })

  test('of a card that goes while it is asked stays empty, and the next one is told', async () => {
    const { clock, fake, heard } = await openReader()
    fake.next.connect = 'wait'
    fake.insert(NAME)
    fake.empty(NAME)
    fake.insert(NAME, 3)
    delete fake.next.connect
    fake.release()
    await clock.advance(0)
    expect(heard).toEqual(['empty', present])
    expect(fake.calls.filter((call) => call === 'connect 2')).toHaveLength(2)
  })
})

describe('a connection', () => {
  test('is shared and in a transaction, and ends as it is told', async () => {
    const { clock, fake, reader } = await withCard()
    await clock.drive(reader.connect())
    expect(await clock.drive(reader.transmit(GET_UID))).toEqual(Uint8Array.of(0x90, 0x00))
    await clock.drive(reader.disconnect(false))
    await clock.drive(reader.disconnect(true))
    await clock.drive(reader.connect())
    await clock.drive(reader.disconnect(true))
    expect(fake.calls).toEqual([
      ...['connect 2', 'begin', 'transmit FFCA000000', 'end', 'disconnect 2 0'],
      ...['connect 2', 'begin', 'end', 'disconnect 2 1'],
    ])
  })

  test.each([
    ['NoSmartCard', 'card_removed'],
    ['RemovedCard', 'card_removed'],
    ['SharingViolation', 'device_busy'],
    ['ReaderUnavailable', 'device_lost'],
    ['NoService', 'device_lost'],
    ['ServiceStopped', 'device_lost'],
    ['CommError', 'device_lost'],
    ['ResetCard', 'device_fault'],
    ['UnresponsiveCard', 'device_fault'],
    ['NotTransacted', 'device_fault'],
    ['ProtoMismatch', 'device_fault'],
  ])('that the service refuses with %s rejects %s', async (name, code) => {
    const { clock, fake, reader } = await withCard()
    fake.next.connect = name
    await expect(clock.drive(reader.connect())).rejects.toEqual(coded(code))
    delete fake.next.connect
    expect(await endingOf(clock.drive(reader.connect()))).toBe(code === 'device_lost' ? code : 'done')
  })

  test('for which another program keeps us waiting rejects device_busy; what comes of it is undone', async () => {
    const { clock, fake, reader } = await withCard()
    fake.next.transaction = 'wait'
    const startMs = clock.now()
    await expect(clock.drive(reader.connect())).rejects.toEqual(coded('device_busy'))
    expect(clock.now() - startMs).toBe(2500)
    await expect(clock.drive(reader.connect())).rejects.toEqual(coded('device_busy'))
    expect(fake.calls).toEqual(['connect 2', 'begin'])
    delete fake.next.transaction
    fake.release()
    await clock.advance(0)
    expect(fake.calls).toEqual(['connect 2', 'begin', 'end', 'disconnect 2 0'])
    await clock.drive(reader.connect())
  })

  test('whose transaction fails is given back', async () => {
    const { clock, fake, reader } = await withCard()
    fake.next.transaction = 'ResetCard'
    await expect(clock.drive(reader.connect())).rejects.toEqual(coded('device_fault'))
    expect(fake.calls).toEqual(['connect 2', 'begin', 'disconnect 2 0'])
  })

  test('ends with its card: the slot says so, by whichever way it hears of it', async () => {
    const { clock, fake, reader, heard } = await withCard()
    await clock.drive(reader.connect())
    fake.empty(NAME)
    await expect(clock.drive(reader.transmit(GET_UID))).rejects.toEqual(coded('card_removed'))
    fake.insert(NAME, 3)
    await clock.advance(0)
    await clock.drive(reader.connect())
    fake.next.transmit = 'RemovedCard'
    await expect(clock.drive(reader.transmit(GET_UID))).rejects.toEqual(coded('card_removed'))
    expect(heard).toEqual([present, 'empty', present, 'empty'])
  })

  test('is needed for an APDU', async () => {
    const { clock, reader } = await withCard()
    await expect(clock.drive(reader.transmit(GET_UID))).rejects.toEqual(coded('device_fault'))
  })

  test('passes one APDU at a time, and none without status bytes', async () => {
    const { clock, fake, reader } = await withCard()
    await clock.drive(reader.connect())
    fake.next.transmit = 'wait'
    const both = [reader.transmit(GET_UID), reader.transmit(Uint8Array.of(1))]
    await clock.advance(0)
    expect(fake.calls.slice(2)).toEqual(['transmit FFCA000000'])
    delete fake.next.transmit
    fake.release()
    await clock.drive(Promise.all(both))
    fake.answer = Uint8Array.of(0x90)
    await expect(clock.drive(reader.transmit(GET_UID))).rejects.toEqual(coded('device_fault'))
  })

  test('leaves no key in memory: what was handed down is wiped, and the caller’s bytes are his own', async () => {
    const { clock, fake, reader } = await withCard()
    await clock.drive(reader.connect())
    const key = Uint8Array.of(0xff, 0x82, 0, 0, 6, 1, 2, 3, 4, 5, 6)
    await clock.drive(reader.transmit(key))
    fake.next.transmit = 'NotTransacted'
    await clock.drive(reader.transmit(key).catch(() => undefined))
    expect(fake.handed).toEqual([new Uint8Array(11), new Uint8Array(11)])
    expect(key[10]).toBe(6)
  })

  test('for which the package has no room left gets a new client, since ends that failed keep their place', async () => {
    const { clock, fake, reader, heard, service } = await withCard()
    fake.next.connect = 'TooManyCardConnections'
    await expect(clock.drive(reader.connect())).rejects.toEqual(coded('device_lost'))
    expect(heard).toEqual([present, 'device_lost'])
    delete fake.next.connect
    await clock.drive((await clock.drive(service.open(NAME))).connect())
    expect(fake.clients.made).toBe(2)
  })
})

describe('closing', () => {
  test('resets the card, and every later call rejects device_closed', async () => {
    const { clock, fake, reader, heard } = await withCard()
    await clock.drive(reader.connect())
    await clock.drive(Promise.all([reader.close(), reader.close()]))
    expect(fake.calls.slice(-2)).toEqual(['end', 'disconnect 2 1'])
    fake.empty(NAME)
    for (const call of [
      reader.connect(),
      reader.transmit(GET_UID),
      reader.disconnect(true),
      reader.escape(GET_UID),
    ]) {
      await expect(call).rejects.toEqual(coded('device_closed'))
    }
    await clock.advance(1000)
    expect(heard).toEqual([present])
    expect([fake.clients.running, clock.pendingTimers]).toEqual([0, 0])
  })

  test('is not kept waiting by a call that never ends', async () => {
    const { clock, fake, reader } = await withCard()
    await clock.drive(reader.connect())
    fake.next.transmit = 'wait'
    const hanging = reader.transmit(GET_UID)
    await clock.advance(0)
    const startMs = clock.now()
    await clock.drive(reader.close())
    expect(clock.now() - startMs).toBe(1000)
    fake.release()
    expect(await clock.drive(hanging)).toEqual(Uint8Array.of(0x90, 0x00))
  })

  test('while a connection is awaited gives it back', async () => {
    const { clock, fake, reader } = await withCard()
    fake.next.transaction = 'wait'
    const connecting = endingOf(reader.connect())
    await clock.advance(0)
    await clock.drive(reader.close())
    fake.release()
    expect(await clock.drive(connecting)).toBe('device_closed')
    expect(fake.calls.slice(-2)).toEqual(['end', 'disconnect 2 0'])
  })
})
