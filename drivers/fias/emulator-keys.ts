import type { EmulatedKey } from 'encoder-bridge/driver'
import { createGuestStays } from '../../src/emulation/guest-stays.ts'
import { createKeyCards, type KeyCards } from '../../src/emulation/key-cards.ts'

/** Key coders as the lock system numbers them. */
export const CODERS = ['1', '2', '3', '4', '5', '6', '7', '8'] as const
export const ROOMS = ['101', '102', '103', '104', '201', '202', '203', '204', 'Suite 1'] as const

/** This property's habits: FIAS tells the day of arrival and no hour, and may tell no hour of departure. */
const CHECK_IN = '15:00'
const CHECK_OUT = '11:00'

/** AS of an answer, and CT where there is something to say. */
export interface Verdict {
  readonly status: 'OK' | 'NG' | 'UR'
  readonly words?: string
}

/** The lock system's own records: who stays where, and what is on which card. */
export interface KeyStore {
  readonly cards: KeyCards
  /** Makes the key of a KR with these fields on the card that lies there. */
  make(coder: string, fields: Readonly<Record<string, string>>): Verdict
  /** Ends the keys of a room. */
  end(room: string): Verdict
  move(from: string, to: string): Verdict
}

const DONE: Verdict = { status: 'OK' }
const NO_ROOM: Verdict = { status: 'UR', words: 'UNKNOWN ROOM' }
const NO_GUEST: Verdict = { status: 'NG', words: 'NO GUEST IN THAT ROOM' }

/** KT. */
const kinds: Readonly<Record<string, 'new' | 'copy' | 'oneShot'>> = { N: 'new', D: 'copy', O: 'oneShot' }

const isRoom = (room: string): boolean => ROOMS.some((known) => known === room)

/** `261123` and `1100` or `11:00`, as EmulatedKey has it; null without a day. */
const timeText = (day: string | undefined, time: string): string | null => {
  if (day === undefined) return null
  const digits = time.replace(':', '')
  return `20${day.slice(0, 2)}-${day.slice(2, 4)}-${day.slice(4, 6)}T${digits.slice(0, 2)}:${digits.slice(2, 4)}`
}

export const createKeyStore = (): KeyStore => {
  const cards = createKeyCards(CODERS)
  const stays = createGuestStays()

  return {
    cards,
    make: (coder, { RN: room = '', KT: type = '', GA, GD, DT = CHECK_OUT, KO = '' }) => {
      const [card, another] = cards.on(coder)
      const kind = kinds[type]
      if (kind === undefined) return { status: 'UR', words: 'UNKNOWN KEY TYPE' }
      if (!isRoom(room)) return NO_ROOM
      if (kind === 'copy' && !stays.hasGuest(room)) return NO_GUEST
      if (card === undefined) return { status: 'UR', words: 'NO CARD' }
      if (another !== undefined || card.kind !== 'key') return { status: 'UR', words: 'WRONG CARD' }
      const key: EmulatedKey = {
        rooms: [room],
        startsAt: timeText(GA, CHECK_IN),
        endsAt: timeText(GD, DT),
        authorisations: KO === '' ? [] : KO.split(','),
        copy: stays.count([room], kind),
      }
      card.write(key)
      return DONE
    },
    end: (room) => {
      if (!isRoom(room)) return NO_ROOM
      stays.checkOut(room)
      return DONE
    },
    move: (from, to) => {
      if (!isRoom(from) || !isRoom(to)) return NO_ROOM
      return stays.move(from, to) ? DONE : NO_GUEST
    },
  }
}
