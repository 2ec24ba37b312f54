import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { listSerialPorts } from '../../../../src/transport/serial-list.ts'
import { homePort } from '../bench.ts'
import { until } from '../until.ts'
import type { Check } from './check.ts'
import { countWritesTo, encodeCard, expectInterrupted, placeCard, recordBlocks } from './encode-card.ts'

const ELSEWHERE = 3
/**
 * A loss should be noticed within a second, and an encoder be usable two seconds after it is plugged in. Here a translated
 * processor takes ten times as long to compute; what is measured is printed.
 */
const [NOTICED_WITHIN_MS, USABLE_WITHIN_MS] = [5_000, 10_000]

const list: Check = {
  title: 'the adapter is listed with its vendor, product and serial number, and its place',
  run: async () => {
    const port = await until(async () =>
      (await listSerialPorts()).ports.find(({ path }) => path === '/dev/ttyUSB0'),
    )
    deepEqual(port, {
      path: '/dev/ttyUSB0',
      vendorId: '0403',
      productId: '6001',
      serialNumber: 'A50285BI',
      manufacturer: 'FTDI',
      product: 'FT232R USB UART',
      usbPath: '1-1',
      interfaceNumber: 0,
    })
  },
}

const encode: Check = {
  title: 'the daemon encodes a card through the kernel driver of the adapter, and each block is written once',
  run: async ({ desk, emulator }) => {
    const uid = 'DEADBEEF'
    placeCard(emulator, uid)
    await desk.encoder('Front Desk', 'ready')
    const started = performance.now()
    await encodeCard(desk, 'Front Desk', emulator, uid, await desk.newAccessMethod())
    const encodedMs = performance.now() - started
    const writtenBlocks = emulator
      .countWrites(uid)
      .flatMap((count, block) => Array<number>(count).fill(block))
    deepEqual(writtenBlocks, recordBlocks)
    return { encodedMs }
  },
}

const lineSpeed: Check = {
  title: 'the adapter worked at the speed of a session, and is set back to the resting speed',
  run: async ({ adapter, desk }) => {
    await desk.encoder('Front Desk', 'ready')
    // The divisors next to 921600 and 115200: 3 MHz / 3.25 and 3 MHz / 26.
    ok(adapter.usedBaudRates.has(923_077))
    equal(adapter.baudRate, 115_385)
  },
}

const scan: Check = {
  title: 'a scan shows the record that was encoded',
  run: async ({ desk, emulator }) => {
    const uid = 'DEADBEE1'
    placeCard(emulator, uid)
    const accessMethod = await desk.newAccessMethod()
    await encodeCard(desk, 'Front Desk', emulator, uid, accessMethod)
    const { status, result } = await desk.ending(await desk.scan('Front Desk'))
    equal(status, 'success')
    deepEqual(result?.['warnings'], [])
    const seen = result?.['acs_credential_on_seam'] as { readonly acs_credential_id: string } | null
    equal(seen?.acs_credential_id, await desk.credentialOf(accessMethod))
    equal(countWritesTo(emulator, uid), recordBlocks.length)
  },
}

const idleUnplug: Check = {
  title: 'an idle encoder that is unplugged is noticed, and is the same one in another USB port',
  run: async ({ adapter, desk }) => {
    const before = await desk.encoder('Front Desk', 'ready')
    const pulled = performance.now()
    adapter.unplug()
    const { error } = await desk.encoder('Front Desk', 'absent', 'failed')
    const noticedMs = performance.now() - pulled
    match(error?.code ?? '', /^device_(?:lost|absent)$/)
    const plugged = performance.now()
    await adapter.plug(ELSEWHERE)
    const after = await desk.encoder('Front Desk', 'ready')
    const usableMs = performance.now() - plugged
    equal(after.encoder_id, before.encoder_id)
    equal(after.identity, before.identity)
    ok(noticedMs < NOTICED_WITHIN_MS, `noticed after ${String(noticedMs)} ms`)
    ok(usableMs < USABLE_WITHIN_MS, `usable after ${String(usableMs)} ms`)
    return { noticedMs, usableMs }
  },
}

const unplugInMidWrite: Check = {
  title: 'an encoder that is unplugged in mid-write ends in the truth, and the card can be encoded again',
  run: async ({ adapter, desk, emulator }) => {
    const uid = 'DEADBEE2'
    placeCard(emulator, uid)
    await desk.encoder('Front Desk', 'ready')
    const accessMethod = await desk.newAccessMethod()
    adapter.unplugWhen(() => countWritesTo(emulator, uid) === 2)
    const order = await desk.encode('Front Desk', accessMethod)
    await desk.encoder('Front Desk', 'absent', 'failed')
    await until(async () => /A write was cut short: Front Desk is not connected/.test(await desk.prompt()))
    await adapter.plug(homePort)
    await expectInterrupted(desk, order, accessMethod)
    equal(countWritesTo(emulator, uid), 2)

    await encodeCard(desk, 'Front Desk', emulator, uid, accessMethod)
    equal(countWritesTo(emulator, uid), 2 + recordBlocks.length)
  },
}

export const serialChecks: readonly Check[] = [list, encode, lineSpeed, scan, idleUnplug, unplugInMidWrite]
