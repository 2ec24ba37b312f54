import {
  BridgeError,
  type Card,
  type CardAddress,
  type CardDevice,
  type IoOptions,
  type NoTransport,
  type OpenContext,
  throwIfAborted,
  transportOf,
} from 'encoder-bridge/driver'
import { checkBlock, checkWrite } from '../../src/cards/mifare-classic.ts'
import { checkPage, checkPageWrite } from '../../src/cards/ntag.ts'
import { checkT5577Write, t5577BlockCount } from '../../src/cards/t5577.ts'
import { parseRawTracks } from '../../src/cards/raw-tracks.ts'
import { parseTracks } from '../../src/cards/tracks.ts'
import { createDeviceLife } from '../../src/wire/device-life.ts'

/** The kinds of places that a technology has. */
const placeKinds = new Map<Card['technology'], readonly CardAddress['kind'][]>([
  ['t5577', ['lfBlock']],
  ['magstripe', ['tracks', 'rawTracks']],
])

/** What the card does not have, or must not be given, is refused before it is asked. */
const checkPlace = (card: Card, at: CardAddress, data?: Uint8Array): void => {
  switch (at.kind) {
    case 'block':
      if (data === undefined) checkBlock(card, at)
      else checkWrite(card, { at, data })
      return
    case 'page':
      if (data === undefined) checkPage(card.technology, at.page)
      else checkPageWrite(card.technology, at.page, data)
      return
    case 'lfBlock':
    case 'tracks':
    case 'rawTracks':
      if (placeKinds.get(card.technology)?.includes(at.kind) !== true) {
        throw new BridgeError('not_supported', `A ${card.technology} card has no ${at.kind}.`)
      }
      if (at.kind === 'lfBlock' && at.block >= t5577BlockCount) {
        throw new BridgeError('card_incompatible', `A T5577 has no block ${at.block}.`)
      }
      if (data !== undefined && at.kind === 'lfBlock') checkT5577Write(at.block, data)
      if (data !== undefined && at.kind === 'tracks') parseTracks(data)
      if (data !== undefined && at.kind === 'rawTracks') parseRawTracks(data)
  }
}

/** Opens the field behind the transport as a card device. */
export const openVirtual = async (
  { transport }: OpenContext<unknown>,
  { signal }: IoOptions,
): Promise<CardDevice> => {
  const field: NoTransport = transportOf(transport, 'none')
  let cancelled: BridgeError | undefined
  let wake: (() => void) | undefined

  const life = createDeviceLife({
    cancel: (error) => {
      cancelled = error
      wake?.()
    },
    resume: () => {
      cancelled = undefined
    },
    close: async () => {
      stopListening()
      await field.close()
    },
  })
  const stopListening = field.listen({
    onField: () => wake?.(),
    onPresent: () => undefined,
    onLost: (error) => {
      cancelled = error
      wake?.()
      life.lose(error)
    },
  })

  /** Resolves when the field has changed or the call is cancelled. */
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        wake = undefined
        resolve()
      }
    })

  const settleUnlessCancelled = <T>(value: T): T => {
    if (cancelled !== undefined) throw cancelled
    return value
  }

  try {
    throwIfAborted(signal)
    await field.look()
    throwIfAborted(signal)
  } catch (error) {
    await life.close()
    throw error
  }

  return {
    kind: 'card',
    info: { model: 'Virtual encoder', firmware: '1', serialNumber: null },
    probe: (io) => life.run(io, async () => void settleUnlessCancelled(await field.look())),
    onLost: life.onLost,
    waitForCard: (io) =>
      life.run(io, async () => {
        for (;;) {
          const changed = change()
          const [card, ...others] = settleUnlessCancelled(await field.look())
          if (others.length > 0) throw new BridgeError('card_several')
          if (card !== undefined) return card
          await changed
          settleUnlessCancelled(undefined)
        }
      }),
    read: (card, at, io) =>
      life.run(io, async () => {
        checkPlace(card, at)
        return settleUnlessCancelled(await field.read(card, at))
      }),
    write: (card, at, data, io) =>
      life.run(io, async () => {
        checkPlace(card, at, data)
        await field.write(card, at, data)
        settleUnlessCancelled(undefined)
      }),
    release: (io) => life.run(io, async () => void settleUnlessCancelled(await field.look())),
    close: life.close,
  }
}
