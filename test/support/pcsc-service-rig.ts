import type { PcscTransport } from '../../src/contract/transport.ts'
import { createPcscService, type PcscService } from '../../src/transport/pcsc.ts'
import { formatHex } from '../../src/wire/hex.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { createFakePcsc, fakeAtr, type FakePcsc } from './fake-pcsc.ts'

/** The one reader of the rig. */
export const NAME = 'Reader 00 00'
export const GET_UID = Uint8Array.of(0xff, 0xca, 0, 0, 0)
/** What a listener hears of a card. */
export const present = `present ${formatHex(fakeAtr)}`

interface Rig {
  readonly clock: FakeClock
  readonly fake: FakePcsc
  readonly service: PcscService
}

export const createServiceRig = (): Rig => {
  const clock = createFakeClock()
  const fake = createFakePcsc(clock)
  fake.addReader(NAME)
  return { clock, fake, service: createPcscService(async () => fake.library, clock) }
}

interface OpenRig extends Rig {
  readonly reader: PcscTransport
  /** What the listener heard. */
  readonly heard: string[]
}

export const openReader = async (rig = createServiceRig()): Promise<OpenRig> => {
  const reader = await rig.clock.drive(rig.service.open(NAME))
  const heard: string[] = []
  reader.listen({
    onState: (state) => heard.push(state.kind === 'present' ? `present ${formatHex(state.atr)}` : state.kind),
    onLost: ({ code }) => heard.push(code),
  })
  await rig.clock.advance(0)
  return { ...rig, reader, heard }
}

export const withCard = async (): Promise<OpenRig> => {
  const rig = createServiceRig()
  rig.fake.insert(NAME)
  const opened = await openReader(rig)
  rig.fake.calls.length = 0
  return opened
}
