import { describe, expect, test } from 'vitest'
import { isBridgeError, type TcpEmulator } from 'encoder-bridge/driver'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { frameOf, textsIn } from '../../test/support/fias-desk.ts'
import { createFiasEmulator } from './emulator.ts'

const CARD = '04A1B2C3D4E580'
const OTHER_CARD = '922E5832'
const now = 'DA261123|TI150000|'
const request = 'KR|WS1|KC1|RN202|KTN|K#1|G#1|GA261123|GD261125|DT110000|'

interface Line {
  readonly emulator: TcpEmulator
  readonly clock: FakeClock
  /** Sends texts, and returns what was said since the last time. */
  tell(...texts: readonly string[]): readonly string[]
  isOpen(): boolean
}

const connect = (emulator: TcpEmulator, clock: FakeClock): Line => {
  let said: string[] = []
  let isOpen = true
  emulator.connect({
    send: (bytes) => said.push(...textsIn(bytes)),
    hangUp: () => {
      isOpen = false
    },
  })
  return {
    emulator,
    clock,
    tell: (...texts) => {
      for (const text of texts) emulator.receive(frameOf(text))
      const heard = said
      said = []
      return heard
    },
    isOpen: () => isOpen,
  }
}

const createLine = (realtime = false): Line => {
  const clock = createFakeClock()
  return connect(createFiasEmulator({ clock, realtime }), clock)
}

const upLine = (realtime = false): Line => {
  const line = createLine(realtime)
  line.tell('LS|', `LA|${now}`)
  return line
}

const refused = (code: 'request_invalid' | 'not_supported'): unknown =>
  expect.toSatisfy((error) => isBridgeError(error, code))

describe('the link', () => {
  test('hears no order before it is up', () => {
    const { tell, emulator } = createLine()
    emulator.placeCard({ type: 'key', uid: CARD, encoder: '1' })
    expect(tell(request)).toEqual([])
    tell('LS|', 'LA|')
    expect(tell(request)).toEqual(['KA|WS1|KC1|ASOK|'])
  })

  test('tells its own clock’s time', async () => {
    const { tell, clock } = upLine()
    await clock.advance(9 * 3_600_000 + 61_000)
    expect(tell('LA|')).toEqual(['LA|DA261124|TI000101|'])
  })

  test('answers an LA, and not an answer to its own', () => {
    const { tell } = createLine()
    expect(tell('LS|').at(-1)).toBe(`LA|${now}`)
    expect(tell('LA|')).toEqual([])
    expect(tell('LA|')).toEqual([`LA|${now}`])
  })

  test('gives way to a second connection, and an answer goes there', async () => {
    const first = upLine()
    expect(first.tell(request)).toEqual([])
    const second = connect(first.emulator, first.clock)
    expect([first.isOpen(), second.isOpen()]).toEqual([false, true])
    first.emulator.placeCard({ type: 'key', uid: CARD, encoder: '1' })
    expect(second.tell()).toEqual(['KA|WS1|KC1|ASOK|'])
    first.emulator.close()
    expect(first.clock.pendingTimers).toBe(0)
  })

  test('of a frozen one is silent, and stays', async () => {
    const { tell, emulator, isOpen } = upLine()
    emulator.inject({ fault: 'frozen' })
    expect(tell('LA|', 'LS|', request)).toEqual([])
    expect(isOpen()).toBe(true)
    emulator.powerCycle()
    expect(isOpen()).toBe(false)
  })
})

describe('a key coder', () => {
  test('waits twenty seconds for a card', async () => {
    const { tell, clock, emulator } = upLine()
    tell(request)
    await clock.advance(19_999)
    expect(tell()).toEqual([])
    await clock.advance(1)
    expect(tell()).toEqual(['KA|WS1|KC1|ASUR|CTNO CARD|'])
    emulator.placeCard({ type: 'key', uid: CARD, encoder: '1' })
    expect(tell(request)).toEqual(['KA|WS1|KC1|ASOK|'])
  })

  test('is busy meanwhile, and the others are not', () => {
    const { tell, emulator } = upLine()
    emulator.placeCard({ type: 'key', uid: OTHER_CARD, encoder: '2' })
    tell(request)
    expect(tell(request, request.replace('KC1', 'KC2'))).toEqual([
      'KA|WS1|KC1|ASBY|CTENCODER BUSY|',
      'KA|WS1|KC2|ASOK|',
    ])
    emulator.close()
  })

  test('takes its time for a key, where time is real', async () => {
    const { tell, clock, emulator } = upLine(true)
    emulator.placeCard({ type: 'key', uid: CARD, encoder: '1' })
    tell(request)
    await clock.advance(1199)
    expect(emulator.countWrites(CARD)).toEqual([0])
    await clock.advance(1)
    expect([tell(), emulator.countWrites(CARD)]).toEqual([['KA|WS1|KC1|ASOK|'], [1]])
  })

  test('takes keys alone, on one of its encoders, and is shown nothing', () => {
    const { emulator } = createLine()
    expect(() => emulator.placeCard({ type: 'classic1k', uid: CARD })).toThrow(refused('request_invalid'))
    expect(() => emulator.placeCard({ type: 'key', uid: CARD, encoder: '9' })).toThrow(
      refused('request_invalid'),
    )
    expect(() => emulator.dumpCard(CARD)).toThrow(refused('request_invalid'))
    expect(() => emulator.present({ technology: 'barcode', data: new Uint8Array() })).toThrow(
      refused('not_supported'),
    )
  })

  test('makes nothing of a card that is no guest’s, or of two', () => {
    const { tell, emulator } = upLine()
    emulator.placeCard({ type: 'staff', uid: CARD, encoder: '1' })
    emulator.placeCard({ type: 'key', uid: OTHER_CARD, encoder: '2' })
    emulator.placeCard({ type: 'key', uid: '5A17C0DE', encoder: '2' })
    const wrong = ['KA|WS1|KC1|ASUR|CTWRONG CARD|', 'KA|WS1|KC2|ASUR|CTWRONG CARD|']
    expect(tell(request, request.replace('KC1', 'KC2'))).toEqual(wrong)
    expect([CARD, OTHER_CARD].map((uid) => emulator.countWrites(uid))).toEqual([[0], [0]])
  })

  test('keeps a card’s key while the card is away', () => {
    const { tell, emulator } = upLine()
    emulator.placeCard({ type: 'key', uid: CARD, encoder: '1' })
    expect(emulator.dumpCard(CARD)).toHaveLength(0)
    tell(request)
    emulator.removeCard(CARD)
    emulator.placeCard({ type: 'key', uid: CARD, encoder: '3' })
    expect(JSON.parse(new TextDecoder().decode(emulator.dumpCard(CARD)))).toMatchObject({ rooms: ['202'] })
  })
})

describe('faults', () => {
  test.each([
    ['silent', [], 1],
    ['deaf', [], 0],
    ['garbled', ['KA|WS1|KC1|AS?|'], 1],
    ['cut', [], 1],
    ['late', [], 1],
    ['key_encoder_busy', ['KA|WS1|KC1|ASBY|'], 0],
    ['room_checked_out', ['KA|WS1|KC1|ASNG|'], 0],
    ['key_order_refused', ['KA|WS1|KC1|ASUR|'], 0],
    ['duplicateAnswers', ['KA|WS1|KC1|ASOK|', 'KA|WS1|KC1|ASOK|'], 1],
    ['otherCoderFirst', ['KA|WS1|KC8|ASOK|', 'KA|WS1|KC1|ASOK|'], 1],
    ['paddedCoder', ['KA|WS1|KC01|ASOK|'], 1],
    ['nameless', ['KA|KC1|ASOK|'], 1],
  ])('%s', (fault, answers, writes) => {
    const { tell, emulator, isOpen } = upLine()
    emulator.placeCard({ type: 'key', uid: CARD, encoder: '1' })
    emulator.inject({ fault })
    expect(tell(request)).toEqual(answers)
    expect(emulator.countWrites(CARD)).toEqual([writes])
    expect(isOpen()).toBe(fault !== 'cut')
  })

  test('a late answer comes before the answer to what was sent next', () => {
    const { tell, emulator } = upLine()
    emulator.placeCard({ type: 'key', uid: CARD, encoder: '1' })
    emulator.inject({ fault: 'late' })
    tell(request)
    expect(tell('LA|')).toEqual(['KA|WS1|KC1|ASOK|', `LA|${now}`])
  })

  test('of the link act at once', async () => {
    const { tell, emulator, clock } = upLine()
    emulator.inject({ fault: 'resync' })
    emulator.inject({ fault: 'restart' })
    expect(tell()).toEqual([`DR|${now}`, `LS|${now}`])
    emulator.inject({ fault: 'repeatedStarts', count: 3 })
    await clock.advance(10_000)
    expect(tell()).toEqual([`LS|${now}`, 'LS|DA261123|TI150001|', 'LS|DA261123|TI150002|'])
    emulator.inject({ fault: 'end' })
    expect(tell()).toEqual(['LE|DA261123|TI150010|'])
  })

  test('of its description: slow, or none', async () => {
    const { tell, emulator, clock } = createLine()
    emulator.inject({ fault: 'slowDescription' })
    expect(tell('LS|').map((text) => text.slice(0, 2))).toEqual(['LD'])
    await clock.advance(5000)
    expect(tell().map((text) => text.slice(0, 2))).toEqual(['LR', 'LR', 'LR', 'LR', 'LA'])
    emulator.inject({ fault: 'undescribed' })
    expect(tell('LS|').map((text) => text.slice(0, 2))).toEqual(['LD', 'LA'])
    emulator.inject({ fault: 'echoesAlive' })
    expect([tell('LA|'), tell('LA|')]).toEqual([[`LA|DA261123|TI150005|`], [`LA|DA261123|TI150005|`]])
  })
})
