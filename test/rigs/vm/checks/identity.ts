import { equal } from 'node:assert/strict'
import { createPn532Emulator } from '../../../../drivers/pn532/emulator.ts'
import { systemClock } from '../../../../src/service/system-clock.ts'
import { homePort } from '../bench.ts'
import { createSerialDevice } from '../usb/serial-device.ts'
import { until } from '../until.ts'
import type { Check } from './check.ts'
import { encodeCard, placeCard } from './encode-card.ts'

const ELSEWHERE = 5

const stranger: Check = {
  title:
    'a stranger in the place of an encoder is not taken for it; the encoder is found beside the stranger',
  run: async ({ adapter, desk, emulator }) => {
    const before = await desk.encoder('Front Desk', 'ready')
    equal(before.path, '/dev/ttyUSB0')
    adapter.unplug()
    await desk.encoder('Front Desk', 'absent', 'failed')

    using other = createSerialDevice('B0000042', createPn532Emulator({ clock: systemClock, realtime: false }))
    await other.plug(homePort)
    await until(async () => {
      const { error } = await desk.encoder('Front Desk', 'absent', 'failed')
      return error?.code === 'device_quarantined'
    })

    await adapter.plug(ELSEWHERE)
    const after = await desk.encoder('Front Desk', 'ready')
    equal(after.path, '/dev/ttyUSB1')
    equal(after.encoder_id, before.encoder_id)
    const uid = 'DEADBEE3'
    placeCard(emulator, uid)
    await encodeCard(desk, 'Front Desk', emulator, uid, await desk.newAccessMethod())
    equal(other.usedBaudRates.size, 0)
  },
}

export const identityChecks: readonly Check[] = [stranger]
