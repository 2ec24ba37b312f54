import { describe, expect, test } from 'vitest'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import { endingOf } from '../../test/conformance/rig.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import {
  createServiceRig,
  GET_UID,
  NAME,
  openReader,
  present,
  withCard,
} from '../../test/support/pcsc-service-rig.ts'
import { createPcscService } from './pcsc.ts'

const EXCLUSIVE = 0xa0
const MUTE = 0x220
const coded = (code: string): unknown => expect.toSatisfy((error) => isBridgeError(error, code as never))

describe('the service', () => {
  test('that does not run is pcsc_unavailable, and is asked anew by the next one who opens', async () => {
    const { clock, fake, service } = createServiceRig()
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
    const { clock, fake, service } = createServiceRig()
    fake.addReader('Other 00 00')
    const [one, other] = await clock.drive(Promise.all([service.open(NAME), service.open('Other 00 00')]))
    expect(fake.clients).toEqual({ made: 1, running: 1 })
    await clock.drive(one.close())
    await clock.advance(1000)
    expect(fake.clients.running).toBe(1)
    await clock.drive(other.close())
    await clock.drive(service.open(NAME))
    await clock.advance(1000)
    expect(fake.clients).toEqual({ made: 1, running: 1 })
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

  test('that ends while a reader is opened is unavailable', async () => {
    const { clock, fake, service } = createServiceRig()
    const opening = endingOf(service.open(NAME))
    await clock.advance(1)
    fake.stop()
    expect(await clock.drive(opening)).toBe('pcsc_unavailable')
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
    const { clock, fake, service } = createServiceRig()
    fake.addReader('Other 00 00')
    expect(await clock.drive(service.list())).toEqual({ readers: [NAME, 'Other 00 00'], reason: undefined })
    fake.removeReader(NAME)
    fake.removeReader('Other 00 00')
    expect(await clock.drive(service.list())).toEqual({ readers: [], reason: undefined })
  })

  test('are told when they come and go, once each, and the end of the service too', async () => {
    const { clock, fake, service } = createServiceRig()
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
    fake.addReader(NAME)
    await clock.drive(service.open(NAME))
    expect(told).toEqual([`+${NAME}`, '+Other 00 00', `-${NAME}`, 'device_lost'])
  })

  test('are told no more when nobody wants to hear', async () => {
    const { clock, fake, service } = createServiceRig()
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
    const { clock, fake, service } = createServiceRig()
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
    fake.stop()
    expect(heard).toEqual(['empty', 'device_lost'])
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
