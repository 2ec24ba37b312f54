import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createTypingScanner } from '../../../../drivers/hid-scanner/emulator-keyboard.ts'
import { createPosScanner } from '../../../../drivers/hid-scanner/emulator.ts'
import type { Emulator } from '../../../../src/contract/emulator.ts'
import type { KeyEvent } from '../../../../src/contract/transport.ts'
import { systemClock } from '../../../../src/service/system-clock.ts'
import { listHidDevices } from '../../../../src/transport/hid-list.ts'
import { openHid } from '../../../../src/transport/hid.ts'
import { listKeyboards } from '../../../../src/transport/keyboard-list.ts'
import { openKeyboard } from '../../../../src/transport/keyboard.ts'
import type { Desk } from '../desk.ts'
import { createKeyboard } from '../hid/keyboard.ts'
import { plugUhidDevice } from '../hid/uhid-device.ts'
import { createUsbHidDevice } from '../usb/hid-device.ts'
import { until } from '../until.ts'
import type { Check } from './check.ts'

const [PORT, ELSEWHERE] = [1, 6]
const options = { clock: systemClock, realtime: false }

/** A device of a vendor's own: 64 bytes in, out and as a feature, no report ids (HID 1.11 §6.2.2). It echoes what it is sent. */
const createEcho = () => {
  const sizes = [0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40]
  let send = (_: Uint8Array): void => undefined
  let feature = new Uint8Array(64)
  return {
    facts: {
      vendorId: 0x0801,
      productId: 0x0003,
      manufacturer: 'Rig',
      product: 'Echo',
      serialNumber: 'E1',
      usagePage: 0xff00,
      usage: 0x01,
    },
    reportDescriptor: Uint8Array.of(
      ...[0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01],
      ...[0x09, 0x02, ...sizes, 0x81, 0x02],
      ...[0x09, 0x03, ...sizes, 0x91, 0x02],
      ...[0x09, 0x04, ...sizes, 0xb1, 0x02],
      0xc0,
    ),
    connect: (next: (report: Uint8Array) => void) => {
      send = next
    },
    receive: (_: number, data: Uint8Array) => send(data),
    setFeature: (_: number, data: Uint8Array) => {
      feature = Uint8Array.from(data)
    },
    getFeature: () => feature,
  }
}

const bytes = (first: number): Uint8Array =>
  Uint8Array.from({ length: 64 }, (_, index) => (first + index) & 0xff)

const reports: Check = {
  title: 'a HID device of the kernel is listed, delivers reports of each kind, and its loss is told',
  run: async () => {
    const echo = createEcho()
    await using plug = plugUhidDevice(echo)
    const { path } = await until(async () =>
      (await listHidDevices()).devices.find(({ facts }) => facts.vendorId === echo.facts.vendorId),
    )
    const device = await openHid(path)
    // Through uhid the kernel knows one name, and no manufacturer.
    deepEqual(device.facts, { ...echo.facts, manufacturer: '', product: 'Rig Echo' })
    const received: Uint8Array[] = []
    const losses: string[] = []
    device.listen({
      onReport: (report) => received.push(report),
      onLost: ({ code }) => losses.push(code),
    })
    await device.write(0, bytes(1))
    deepEqual(await until(() => received[0]), bytes(1))
    await device.sendFeature(0, bytes(2))
    deepEqual(await device.getFeature(0, 64), bytes(2))
    const pulled = performance.now()
    await plug.unplug()
    equal(await until(() => losses[0]), 'device_lost')
    const noticedMs = performance.now() - pulled
    await device.close()
    return { noticedMs }
  },
}

/** Orders a scan, shows the scanner a code, and reads the number that the hub is told. */
const scanCode = async (desk: Desk, name: string, scanner: Emulator, code: string): Promise<void> => {
  await desk.encoder(name, 'ready')
  const order = await desk.scan(name)
  await desk.encoder(name, 'leased')
  scanner.present({ technology: 'barcode', data: new TextEncoder().encode(code) })
  const { status, result } = await desk.ending(order)
  equal(status, 'success')
  equal((result?.['acs_credential_on_encoder'] as { card_number: string } | null)?.card_number, code)
}

const pos: Check = {
  title: 'a HID POS scanner is found when it is plugged in, scans, and is the same one in another USB port',
  run: async ({ desk }) => {
    const scanner = createPosScanner(options)
    using usb = createUsbHidDevice(scanner)
    const plugged = performance.now()
    await usb.plug(PORT)
    const before = await desk.encoder('Scanner', 'ready')
    const usableMs = performance.now() - plugged
    await scanCode(desk, 'Scanner', scanner, 'ROOM-101-0042')

    const pulled = performance.now()
    usb.unplug()
    await desk.encoder('Scanner', 'absent', 'failed')
    const noticedMs = performance.now() - pulled
    await usb.plug(ELSEWHERE)
    const after = await desk.encoder('Scanner', 'ready')
    deepEqual([after.encoder_id, after.identity], [before.encoder_id, before.identity])
    await scanCode(desk, 'Scanner', scanner, 'ROOM-101-0043')
    return { usableMs, noticedMs }
  },
}

/** Codes of one letter: however slowly a busy computer lets it type, silence can't cut one in two. */
const typing: Check = {
  title: 'a scanner that types is taken away from the desktop, scans, and does so again after a replug',
  run: async ({ desk }) => {
    const scanner = createTypingScanner(options)
    using usb = createUsbHidDevice(
      createKeyboard(scanner, {
        vendorId: 0x05e0,
        productId: 0x1200,
        manufacturer: 'Rig',
        product: 'Scanner',
        serialNumber: 'K0000017',
      }),
    )
    await usb.plug(PORT)
    const { path } = await desk.encoder('Keyboard', 'ready')
    await rejects(openKeyboard(path ?? ''), { code: 'device_busy' })
    await scanCode(desk, 'Keyboard', scanner, '7')
    usb.unplug()
    await desk.encoder('Keyboard', 'absent', 'failed')
    await usb.plug(PORT)
    await scanCode(desk, 'Keyboard', scanner, '8')
  },
}

const [LETTER, SHIFT] = [0x04, 0xe1]
/** More than the kernel keeps for a reader, however large its buffer for this device. */
const BURST = 2_000

const burst: Check = {
  title: 'keys that the kernel could not keep are told as a gap, with the shift that is held behind it',
  run: async () => {
    let hit = (_: KeyEvent): void => undefined
    const typist = { connect: (send: typeof hit) => void (hit = send) }
    const press = (usage: number, isPressed: boolean): void => hit({ usage, isPressed, atMs: 0 })
    const identity = { vendorId: 0x05e0, productId: 0x1201, manufacturer: 'Rig', product: 'Burst' }
    await using plug = plugUhidDevice(createKeyboard(typist, { ...identity, serialNumber: 'K0000018' }))
    const { path } = await until(() => listKeyboards().find(({ name }) => name === 'Rig Burst'))
    const keyboard = await until(() => openKeyboard(path).catch(() => null))
    const told: string[] = []
    const losses: string[] = []
    keyboard.listen({
      onKey: ({ usage, isPressed }) => told.push(`${usage} ${isPressed ? 'down' : 'up'}`),
      onGap: () => told.push('gap'),
      onLost: ({ code }) => losses.push(code),
    })
    const type = (count: number): void => {
      for (let index = 0; index < count; index += 1) {
        press(LETTER, true)
        press(LETTER, false)
      }
    }
    // What is told behind the gap is what is held now, and what is typed from now on.
    type(BURST)
    press(SHIFT, true)
    await until(() => told.includes('gap') && told.includes(`${SHIFT} down`))
    press(LETTER, true)
    await until(() => told.at(-1) === `${LETTER} down`)
    deepEqual(told.slice(told.lastIndexOf('gap')), ['gap', `${SHIFT} down`, `${LETTER} down`])
    press(LETTER, false)
    type(BURST)
    press(SHIFT, false)
    await until(() => told.at(-1) === 'gap')
    press(LETTER, true)
    await until(() => told.at(-1) === `${LETTER} down`)
    deepEqual(told.slice(told.lastIndexOf('gap')), ['gap', `${LETTER} down`])
    await plug.unplug()
    equal(await until(() => losses[0]), 'device_lost')
    await keyboard.close()
  },
}

export const hidChecks: readonly Check[] = [reports, pos, typing, burst]
