import { describe, expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { endingOf } from '../../test/conformance/rig.ts'
import { GET_UID, NAME, present, withCard } from '../../test/support/pcsc-service-rig.ts'

const coded = (code: string): unknown => expect.toSatisfy((error) => isBridgeError(error, code as never))

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
    const wiped = [new Uint8Array(11), new Uint8Array(264)]
    expect(fake.handed).toEqual([...wiped, ...wiped])
    expect(key[10]).toBe(6)
  })

  test('for which the package has no room left gets a new client, since ends that failed keep their place', async () => {
    const { clock, fake, reader, heard, service } = await withCard()
    fake.next.connect = 'TooManyCardConnections'
    await expect(clock.drive(reader.connect())).rejects.toEqual(coded('device_lost'))
    expect(heard).toEqual([present, 'device_lost'])
    delete fake.next.connect
    const again = await clock.drive(service.open(NAME))
    fake.failClient(0)
    await clock.advance(1000)
    await clock.drive(again.connect())
    expect(fake.clients).toEqual({ made: 2, running: 1 })
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
