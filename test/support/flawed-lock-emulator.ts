import { z } from 'zod'
import { BridgeError, type EmulatedKey, type EmulatorLine, type TcpEmulator } from 'encoder-bridge/driver'
import { createFaultSet } from '../../src/emulation/fault-set.ts'

const encoders = ['desk-1', 'desk-2']
const rooms = ['101', '102', '103']
/** What the made-up protocol can refuse. */
export const madeUpRefusals = [
  'key_encoder_busy',
  'room_unknown',
  'card_timeout',
  'card_write_refused',
] as const

interface LaidCard {
  readonly uid: string
  encoder: string | null
  key: EmulatedKey | null
  writes: number
}

const Asked = z.object({
  rooms: z.array(z.string()),
  copies: z.number(),
  purpose: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  authorisations: z.array(z.string()),
})
type Asked = z.infer<typeof Asked>

/**
 * A lock system with a protocol that exists nowhere, for the tests of the conformance kit: lines `id verb encoder json`, answered
 * with `id ok json` or `id no code`.
 */
export const createMadeUpLock = (): TcpEmulator => {
  const faults = createFaultSet(['silent', 'deaf', 'garbled', 'late', 'cut', ...madeUpRefusals])
  const cards = new Map<string, LaidCard>()
  const leftRooms = new Set<string>()
  let line: EmulatorLine | undefined
  let heard = ''
  let late: string[] = []

  const made = (asked: Asked, encoder: string): readonly string[] | undefined => {
    const blanks = [...cards.values()].filter((card) => card.encoder === encoder && card.key === null)
    const taken = blanks.slice(0, asked.copies)
    taken.forEach((card, index) => {
      const { rooms: opened, startsAt, endsAt, authorisations } = asked
      const copy = asked.purpose === 'oneShot' ? 'oneShot' : index + (asked.purpose === 'new' ? 0 : 1)
      card.key = { rooms: opened, startsAt, endsAt, authorisations, copy }
      card.writes += 1
    })
    return taken.length < asked.copies ? undefined : taken.map(({ uid }) => uid)
  }

  const answerTo = (verb: string, encoder: string, body: string): string => {
    if (verb === 'ping') return 'ok {}'
    const refusal = madeUpRefusals.find((code) => faults.take(code))
    if (refusal !== undefined) return `no ${refusal}`
    if (!encoders.includes(encoder)) return 'no key_encoder_busy'
    if (verb === 'read') {
      const card = [...cards.values()].findLast((one) => one.encoder === encoder)
      const key = card?.key ?? null
      const isValid = !leftRooms.has(key?.rooms[0] ?? '')
      return `ok ${JSON.stringify(key === null ? null : { ...key, isValid })}`
    }
    if (verb === 'out') {
      leftRooms.add(z.object({ room: z.string() }).parse(JSON.parse(body)).room)
      return 'ok {}'
    }
    const asked = Asked.parse(JSON.parse(body))
    if (!asked.rooms.every((room) => rooms.includes(room))) return 'no room_unknown'
    for (const room of asked.rooms) leftRooms.delete(room)
    const uids = made(asked, encoder)
    return uids === undefined ? 'no_answer' : `ok ${JSON.stringify(uids)}`
  }

  const obey = (text: string): void => {
    for (const answer of late.splice(0)) line?.send(new TextEncoder().encode(answer))
    const [, id = '', verb = '', encoder = '', body = ''] = /^(\d+) (\w+) (\S*) (.*)$/.exec(text) ?? []
    const isCommand = verb !== 'ping'
    if (isCommand && faults.take('deaf')) return
    const answer = `${id} ${answerTo(verb, encoder, body)}\n`
    if (isCommand && faults.take('silent')) return
    if (isCommand && faults.take('cut')) line?.hangUp()
    else if (isCommand && faults.take('late')) late.push(answer)
    else if (isCommand && faults.take('garbled')) line?.send(Uint8Array.of(0x3f, 0xff, 0x0a))
    else if (!answer.includes('no_answer')) line?.send(new TextEncoder().encode(answer))
  }

  return {
    kind: 'tcp',
    lockSystem: { encoders, rooms },
    connect: (next) => {
      line?.hangUp()
      line = next
      heard = ''
      late = []
    },
    receive: (bytes) => {
      heard += new TextDecoder('latin1').decode(bytes)
      const lines = heard.split('\n')
      heard = lines.pop() ?? ''
      lines.forEach(obey)
    },
    disconnected: () => {
      line = undefined
    },
    placeCard: ({ uid, encoder = encoders[0] ?? '' }) => {
      if (!encoders.includes(encoder)) throw new BridgeError('request_invalid', 'There is no such encoder.')
      const known = cards.get(uid)
      if (known === undefined) cards.set(uid, { uid, encoder, key: null, writes: 0 })
      else known.encoder = encoder
    },
    removeCard: (uid) => {
      for (const card of cards.values()) if (uid === undefined || card.uid === uid) card.encoder = null
    },
    dumpCard: (uid) => {
      const key = cards.get(uid)?.key ?? null
      return key === null ? new Uint8Array(0) : new TextEncoder().encode(JSON.stringify(key))
    },
    countWrites: (uid) => [cards.get(uid)?.writes ?? 0],
    present: () => {
      throw new BridgeError('not_supported')
    },
    inject: faults.inject,
    powerCycle: () => undefined,
    close: () => undefined,
  }
}
