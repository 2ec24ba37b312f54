import { describe, expect, test } from 'vitest'
import { type Card, noUid, type TransportKind } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { type AnyRig, createRig, endingOf } from '../../test/conformance/rig.ts'
import msr605 from './index.ts'

const idle = { signal: new AbortController().signal }
const card: Card = { uid: noUid, technology: 'magstripe' }
const rigWith = async (transport: TransportKind, fault: string, count = 1): Promise<AnyRig> => {
  const rig = await createRig<TransportKind>(msr605, { transport })
  rig.emulator.inject({ fault, count })
  return rig
}

describe('the opening', () => {
  test('is the manual’s: reset, test, reset, then every setting', async () => {
    const sent: string[] = []
    const rig = await createRig(msr605, {
      wrap: (line) => ({
        ...line,
        write: (data) => {
          sent.push(formatHex(data))
          return line.write(data)
        },
      }),
    })
    await rig.open()
    // Each reset is sent twice. 61 and 22 zeros, 210, 75 and 210 bits an inch, 7, 5 and 5 bits a character, Hi-Co.
    expect(sent).toEqual([
      ...['1B61001B61', '1B65', '1B61001B61'],
      ...['1B7A3D16', '1B62A1', '1B624B', '1B62C1', '1B6F070505', '1B78', '1B64'],
      ...['1B74', '1B76'],
    ])
  })

  test.each([
    ['serial', 'MSR605, MSR606 or MSR206, model 3', 'REVU2.02'],
    ['hid', 'MSR605X, model 3', 'REVT3.12'],
  ] as const)('over %s tells what was found', async (transport, model, firmware) => {
    const rig = await createRig<TransportKind>(msr605, { transport })
    expect((await rig.open()).info).toEqual({ model, firmware, serialNumber: null })
  })

  test.each([
    ['serial', 'MSR605, MSR606 or MSR206'],
    ['hid', 'MSR605X'],
  ] as const)('over %s takes an old encoder that leaves questions unanswered', async (transport, model) => {
    const rig = await rigWith(transport, 'oldFirmware')
    const device = await rig.open()
    expect(device.info).toEqual({ model, firmware: '', serialNumber: null })
    rig.emulator.placeCard({ type: 'magstripe', uid: '00000001' })
    const writing = device.write(card, { kind: 'tracks', coercivity: 'hi' }, Buffer.from('A\n1\n'), idle)
    expect(await endingOf(rig.clock.drive(writing))).toBe('done')
  })

  test.each([
    ['serial', 'echo', 'device_mismatch'],
    ['hid', 'echo', 'device_mismatch'],
    ['hid', 'stall', 'device_mismatch'],
    ['serial', 'silent', 'device_unresponsive'],
    ['hid', 'silent', 'device_unresponsive'],
    ['serial', 'fixedCoercivity', 'protocol_error'],
  ] as const)('over %s, of something with the fault %s, rejects %s', async (transport, fault, code) => {
    const rig = await rigWith(transport, fault)
    expect(await endingOf(rig.open())).toBe(code)
    expect(rig.isClosed).toBe(true)
  })

  test.each(['noise', 'duplicateAnswers', 'lateAnswers', 'dropAnswers', 'corruptAnswers', 'loseCommands'])(
    'gets over the fault %s',
    async (fault) => {
      const rig = await rigWith('serial', fault, 2)
      expect(await endingOf(rig.open())).toBe('done')
    },
  )

  test('understands the coercivity in capitals, as the manual has it', async () => {
    const rig = await rigWith('serial', 'capitals')
    expect(await endingOf(rig.open())).toBe('done')
  })
})
