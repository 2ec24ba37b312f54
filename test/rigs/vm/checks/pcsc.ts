import { deepEqual, equal } from 'node:assert/strict'
import { createPcscEmulator } from '../../../../drivers/pcsc/emulator.ts'
import { systemClock } from '../../../../src/service/system-clock.ts'
import { createCcidReader } from '../usb/ccid-reader.ts'
import type { Check } from './check.ts'
import { countWritesTo, encodeCard, expectInterrupted, placeCard, recordBlocks } from './encode-card.ts'

const [PORT, ELSEWHERE] = [1, 6]
const options = { clock: systemClock, realtime: false }
const serialNumber = 'RIG00017'

const encode: Check = {
  title: 'a USB CCID reader comes up in the smart-card service, and the daemon encodes a card on it',
  run: async ({ desk }) => {
    const emulator = createPcscEmulator(options)
    using usb = createCcidReader(serialNumber, emulator)
    const plugged = performance.now()
    await usb.plug(PORT)
    // Not asked in this process: the service would wait for the reader, and the reader is in here.
    const { path } = await desk.encoder('Reader', 'ready')
    const usableMs = performance.now() - plugged
    equal(path, `ACS ACR122U PICC Interface (${serialNumber}) 00 00`)
    const uid = 'DEADBEE4'
    placeCard(emulator, uid)
    await encodeCard(desk, 'Reader', emulator, uid, await desk.newAccessMethod())
    equal(countWritesTo(emulator, uid), recordBlocks.length)
    const pulled = performance.now()
    usb.unplug()
    await desk.encoder('Reader', 'absent', 'failed')
    return { usableMs, noticedMs: performance.now() - pulled }
  },
}

const unplugInMidWrite: Check = {
  title:
    'a USB CCID reader that is unplugged in mid-write is the same one in another port, and ends in the truth',
  run: async ({ desk }) => {
    const emulator = createPcscEmulator(options)
    const uid = 'DEADBEE5'
    let isCut = false
    using usb = createCcidReader(serialNumber, {
      ...emulator,
      transmit: async (apdu) => {
        const answer = await emulator.transmit(apdu)
        if (!isCut && countWritesTo(emulator, uid) === 2) {
          isCut = true
          usb.unplug()
        }
        return answer
      },
    })
    placeCard(emulator, uid)
    await usb.plug(PORT)
    const before = await desk.encoder('Reader', 'ready')
    const accessMethod = await desk.newAccessMethod()
    const order = await desk.encode('Reader', accessMethod)
    await desk.encoder('Reader', 'absent', 'failed')
    await usb.plug(ELSEWHERE)
    await expectInterrupted(desk, order, accessMethod)
    const after = await desk.encoder('Reader', 'ready', 'leased')
    deepEqual([after.encoder_id, after.identity], [before.encoder_id, before.identity])
    equal(countWritesTo(emulator, uid), 2)
  },
}

export const pcscChecks: readonly Check[] = [encode, unplugInMidWrite]
