import type { Clock } from 'encoder-bridge/driver'
import type { CardField } from '../../src/emulation/card-field.ts'
import type { Coercivity, StripeCard } from '../../src/emulation/stripe-card.ts'
import { createTimeline, type TimelineEvent } from '../../src/emulation/timeline.ts'
import { decodeTrack } from '../../src/emulation/track-bits.ts'
import type { Faults } from './emulator-faults.ts'
import { ESC, type NewTracks, parseCommand } from './emulator-parser.ts'

/** Nobody swipes at once: a person takes a second, and a hurried one the twentieth of one. */
const SWIPE_MS = { real: 1000, hurried: 50 } as const

const OK = 0x30
const READ_OR_WRITE_ERROR = 0x31
const FORMAT_ERROR = 0x32
const INVALID_COMMAND = 0x34
const BAD_MOVEMENT = 0x39
const FAILED = 0x41

/** T1, T2 and T3 at 75 and 210 bits an inch. */
const DENSITIES: readonly number[] = [0xa0, 0xa1, 0x4b, 0xd2, 0xc0, 0xc1]
const STANDARD_CHARACTER_BITS = [7, 5, 5] as const
const SENTINELS = ['%', ';', ';'] as const

/** What the encoder is told to do with the next card. */
type Armed =
  | { readonly kind: 'read' }
  | { readonly kind: 'readRaw' }
  | { readonly kind: 'write'; readonly tracks: NewTracks }
  | { readonly kind: 'erase'; readonly tracks: NewTracks }

const ascii = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0))

/** The encoder itself, whatever its link. */
export interface Firmware {
  receive(bytes: Iterable<number>): void
  /** A card has come: it is swiped if that is waited for. */
  lookForCard(): void
  powerCycle(): void
  /** Forgets what is under way. */
  stop(): void
}

interface FirmwareOptions {
  readonly clock: Clock
  readonly realtime: boolean
  readonly faults: Faults
  readonly field: CardField<'stripe'>
  /** Eight characters. */
  readonly version: string
  readonly say: (answer: readonly number[]) => void
}

export const createFirmware = ({
  clock,
  realtime,
  faults,
  field,
  version,
  say,
}: FirmwareOptions): Firmware => {
  const timeline = createTimeline(clock)
  const swipeMs = realtime ? SWIPE_MS.real : SWIPE_MS.hurried
  let pending: readonly number[] = []
  let armed: Armed | undefined
  let passing: TimelineEvent | undefined
  let coercivity: Coercivity = 'lo'
  let zeros: readonly [number, number] = [61, 22]
  let characterBits: readonly number[] = STANDARD_CHARACTER_BITS

  const status = (code: number): void => say([ESC, code])

  const disarm = (): void => {
    armed = undefined
    timeline.clear()
    passing = undefined
  }

  const lookForCard = (): void => {
    if (armed === undefined || passing !== undefined || field.cards.length === 0) return
    passing = { atMs: clock.now() + swipeMs, run: pass }
    timeline.schedule(passing)
  }

  const arm = (what: Armed): void => {
    armed = what
    lookForCard()
  }

  /** The card goes through, unless it was taken away meanwhile. */
  const pass = (): void => {
    passing = undefined
    const card = field.cards.at(-1)
    const task = armed
    if (card === undefined || task === undefined) return
    disarm()
    const forced = faults.takeValue('swipeStatus')
    if (forced !== undefined) status(forced)
    else if (task.kind === 'read') tell(card)
    else if (task.kind === 'readRaw') tellRaw(card)
    else status(record(card, task))
  }

  const fieldOf = (text: string | undefined, index: number): readonly number[] => {
    const isPlain = faults.has('plainBlanks')
    if (text === undefined) return isPlain ? [] : [ESC, 0x2a]
    if (text === '') return isPlain ? [] : [ESC, 0x2b]
    return ascii(`${SENTINELS[index] ?? ''}${text}?`)
  }

  const tell = ({ tracks }: StripeCard): void => {
    const isBad = faults.take('readError')
    const texts = ([1, 2, 3] as const).map((track) =>
      isBad ? undefined : decodeTrack(track, tracks[track - 1] ?? ''),
    )
    const isGood = !texts.includes(undefined) && texts.some((text) => text !== '')
    const block = texts.flatMap((text, index) => [ESC, index + 1, ...fieldOf(text, index)])
    say([ESC, 0x73, ...block, 0x3f, 0x1c, ESC, isGood ? OK : READ_OR_WRITE_ERROR])
  }

  /** A byte for each character, its first bit in the most significant place; the clocking zeros in front are not told. */
  const rawField = (bits: string, index: number): readonly number[] => {
    const first = bits.indexOf('1')
    const width = characterBits[index] ?? 8
    const characters = first === -1 ? [] : (bits.slice(first).match(new RegExp(`.{1,${width}}`, 'g')) ?? [])
    return [
      characters.length,
      ...characters.map((character) => Number.parseInt(character.padEnd(width, '0'), 2)),
    ]
  }

  const tellRaw = ({ tracks }: StripeCard): void => {
    const isBad = faults.take('readError')
    const fields = tracks.map((bits, index) => rawField(isBad ? '' : bits, index))
    const block = fields.flatMap((told, index) => [ESC, index + 1, ...told])
    const isGood = fields.some(([length]) => length !== 0)
    say([ESC, 0x73, ...block, 0x3f, 0x1c, ESC, isGood ? OK : READ_OR_WRITE_ERROR])
  }

  /** The first set bit is not kept. */
  const worn = (bits: string | undefined): string | undefined => {
    const at = bits?.indexOf('1') ?? -1
    return bits === undefined || at === -1 ? bits : `${bits.slice(0, at)}0${bits.slice(at + 1)}`
  }

  const record = (card: StripeCard, { kind, tracks }: Extract<Armed, { tracks: NewTracks }>): number => {
    if (kind === 'write' && faults.take('badSwipe')) return BAD_MOVEMENT
    if (faults.has('noPower')) return READ_OR_WRITE_ERROR
    if (card.coercivity === 'hi' && coercivity === 'lo') return READ_OR_WRITE_ERROR
    card.record(faults.take('wornStripe') ? tracks.map(worn) : tracks, coercivity)
    if (faults.countDown('removeCardAfterWrites')) field.remove()
    return OK
  }

  const setCoercivity = (next: Coercivity): void => {
    if (!faults.has('fixedCoercivity')) coercivity = next
    status(OK)
  }

  const execute = (letter: string, [first = 0, second = 0, third = 0]: readonly number[]): void => {
    if (letter === 'a') return disarm()
    if (armed !== undefined) return
    const isSilent = faults.has('oldFirmware')
    switch (letter) {
      case 'e':
        return say([ESC, 0x79])
      case 'r':
        return arm({ kind: 'read' })
      case 'm':
        return arm({ kind: 'readRaw' })
      case 'c': {
        // 00 is track 1, and so is bit 0.
        const selected = first === 0 ? 1 : first
        return arm({ kind: 'erase', tracks: [1, 2, 4].map((bit) => (selected & bit ? '' : undefined)) })
      }
      case 'x':
        return setCoercivity('hi')
      case 'y':
        return setCoercivity('lo')
      case 'd': {
        const answer = coercivity === 'hi' ? 'h' : 'l'
        return isSilent
          ? undefined
          : say([ESC, ...ascii(faults.has('capitals') ? answer.toUpperCase() : answer)])
      }
      case 'b':
        return status(DENSITIES.includes(first) ? OK : FAILED)
      case 'o': {
        const isPossible = [first, second, third].every((bits) => bits >= 5 && bits <= 8)
        if (isPossible) characterBits = [first, second, third]
        if (isSilent) return undefined
        return isPossible ? say([ESC, OK, first, second, third]) : status(FAILED)
      }
      case 'z':
        zeros = [first, second]
        return status(OK)
      case 'l':
        return say([ESC, ...zeros])
      case 't':
        return isSilent ? undefined : say([ESC, ...ascii('3S')])
      case 'v':
        return isSilent ? undefined : say([ESC, ...ascii(version)])
      default:
        // The lights.
        return undefined
    }
  }

  const obey = (): void => {
    const parsed = parseCommand(pending)
    if (parsed.kind === 'partial') return
    pending = []
    if (faults.take('loseCommands')) return
    if (parsed.kind === 'command') return execute(parsed.letter, parsed.parameters)
    if (armed !== undefined) return
    if (parsed.kind === 'write') return arm(parsed)
    status(parsed.kind === 'malformed' ? FORMAT_ERROR : INVALID_COMMAND)
  }

  return {
    receive: (bytes) => {
      for (const byte of bytes) {
        // What stands outside a command is nothing.
        if (pending.length === 0 && byte !== ESC) continue
        pending = [...pending, byte]
        obey()
      }
    },
    lookForCard,
    powerCycle: () => {
      disarm()
      pending = []
      coercivity = 'lo'
      zeros = [61, 22]
      characterBits = STANDARD_CHARACTER_BITS
    },
    stop: disarm,
  }
}
