import { BridgeError } from 'encoder-bridge/driver'
import type { Tracks } from '../../src/cards/tracks.ts'
import { type Coercivity, opaque, type Status } from './protocol.ts'

const listed = (numbers: readonly number[]): string =>
  numbers.length === 1 ? `track ${numbers.join()}` : `tracks ${numbers.join(' and ')}`

/** A swipe of which no track could be read, in the words of whoever swiped. */
export const unreadable = (tracks: Tracks): BridgeError => {
  const numbers = [1, 2, 3]
  const bad = numbers.filter((number) => tracks[number - 1] === opaque)
  const blank = numbers.filter((number) => tracks[number - 1] === '')
  const what =
    blank.length === 0
      ? 'None of the three tracks could be read.'
      : `Of this card ${listed(bad)} could not be read, and ${listed(blank)} ${blank.length === 1 ? 'is' : 'are'} blank.`
  return new BridgeError(
    'card_unreadable',
    `${what} If it stays so, it is a key of a lock system, or worn: take another card.`,
  )
}

const coercivityNames: Readonly<Record<Coercivity, string>> = { hi: 'Hi-Co', lo: 'Lo-Co' }

/** Why a write failed, in the words of whoever swiped; undefined when it did not. */
export const writeFailure = (status: Status, coercivity: Coercivity): BridgeError | undefined => {
  switch (status) {
    case '0':
      return undefined
    case '9':
      return new BridgeError('card_swipe_failed', 'It was too fast or too slow.')
    case '1':
      return new BridgeError(
        'card_swipe_failed',
        `The encoder could not write it. If this repeats, it is no ${coercivityNames[coercivity]} card, it is worn or dirty, or the encoder’s power supply is not plugged in.`,
      )
    case 'A':
      return new BridgeError('card_write_refused', 'The encoder says that writing failed.')
    case '2':
    case '4':
      return new BridgeError('protocol_error', 'The encoder did not understand the command to write.')
  }
}
