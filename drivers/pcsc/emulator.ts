import { BridgeError, type EmulatorOptions, type PcscEmulator, type PcscState } from 'encoder-bridge/driver'
import { createCardField } from '../../src/emulation/card-field.ts'
import { atrOf } from './emulator-atr.ts'
import { type Reply, runApdu, runEscape } from './emulator-commands.ts'
import { createFaults } from './emulator-faults.ts'
import { type ReaderModelName, readerModels } from './emulator-models.ts'
import { type Reader, restartReader } from './emulator-reader.ts'

/** There and back on full-speed USB, by bulk transfers in frames of 1 ms. */
const USB_MS = 2

/**
 * Makes a contactless reader as the smart-card service sees it, an ACR122U unless another model is named: storage cards of type
 * A, without value blocks. Of several cards it reports the one that lay there first, as real readers do. Without `realtime`
 * it answers at once.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `removeCardAfterWrites` n: every card is taken away right after the n-th acknowledged write
 * - `removeDuringTransmit` n: the card is taken away when the n-th APDU comes, before anything is done
 * - `nakWrites`: the card refuses to be written (63 00) and halts
 * - `flipWrittenBit`: the write is acknowledged, but the lowest bit of the first byte is stored wrong: a worn block
 * - `tearWrite`: the card is taken away in the middle of a write: the first half is new, the second old, 63 00
 * - `errorStatus` n: the next APDU does nothing and is answered with status n
 * - `failTransmits`: an APDU does nothing, and the service reports a fault
 * - `loseAnswers`: an APDU is carried out, but instead of its answer the service reports a fault
 * - `refuseKeys`: LOAD KEYS fails
 * - `sharingViolation`: another program keeps the card to itself
 * - `muteCards`: a card that is placed does not answer to reset
 * - `loseRemovals`: that the slot is empty is not told
 * - `silent`: the reader answers nothing until `powerCycle`
 */
export const createPcscEmulator = (
  { clock, realtime, transport = 'pcsc' }: EmulatorOptions,
  modelName: ReaderModelName = 'acr122u',
): PcscEmulator => {
  if (transport !== 'pcsc')
    throw new BridgeError('not_supported', `A PC/SC reader is no ${transport} device.`)
  const model = readerModels[modelName]
  const field = createCardField(['typeA'])
  const faults = createFaults()
  const reader: Reader = { model, field, faults, keys: new Map(), lights: 0, card: undefined }
  const timers = new Set<unknown>()
  let tell: (state: PcscState) => void = () => undefined
  let state: PcscState = { kind: 'empty' }
  /** The card that the slot reports. */
  let shown = field.cards[0]

  const set = (next: PcscState): void => {
    const isUntold = next.kind === 'empty' && faults.take('loseRemovals')
    if (state.kind === 'empty' && next.kind === 'empty') return
    state = next
    if (!isUntold) tell(next)
  }

  /** After anything that may have changed who lies there. */
  const update = (): void => {
    const [first] = field.cards
    if (first === shown) return
    if (shown !== undefined) set({ kind: 'empty' })
    shown = first
    reader.card = undefined
    if (first !== undefined)
      set(faults.take('muteCards') ? { kind: 'mute' } : { kind: 'present', atr: atrOf(first, model) })
  }

  const pass = (durationMs: number): Promise<void> =>
    new Promise((resolve) => {
      if (faults.has('silent')) return
      if (!realtime) return resolve()
      const timer = clock.setTimeout(() => {
        timers.delete(timer)
        resolve()
      }, durationMs)
      timers.add(timer)
    })

  const answer = async ({ bytes, takesMs }: Reply): Promise<Uint8Array> => {
    await pass(USB_MS + takesMs)
    return Uint8Array.from(bytes)
  }

  const fault = (): BridgeError => new BridgeError('device_fault', 'The service reports NotTransacted.')

  const transmit = (apdu: Uint8Array): Promise<Uint8Array> => {
    if (faults.countDown('removeDuringTransmit')) {
      field.remove()
      update()
    }
    const { card } = reader
    if (card === undefined || !field.cards.includes(card)) throw new BridgeError('card_removed')
    const forced = faults.takeValue('errorStatus')
    if (forced !== undefined) return answer({ bytes: [forced >> 8, forced & 0xff], takesMs: 0 })
    if (faults.take('failTransmits')) throw fault()
    const reply = runApdu(reader, card, apdu)
    update()
    if (faults.take('loseAnswers')) throw fault()
    return answer(reply)
  }

  const clearTimers = (): void => {
    for (const timer of timers) clock.clearTimeout(timer)
    timers.clear()
  }

  return {
    kind: 'pcsc',
    readerName: model.readerName,
    connect: (newTell) => {
      tell = newTell
      tell(state)
    },
    powerOn: () => {
      if (faults.take('sharingViolation'))
        throw new BridgeError('device_busy', 'The service reports SharingViolation.')
      if (shown === undefined) throw new BridgeError('card_removed')
      if (state.kind === 'mute')
        throw new BridgeError('device_fault', 'The service reports UnresponsiveCard.')
      if (reader.card === shown) return
      reader.card = shown
      shown.select()
    },
    powerOff: () => {
      reader.card?.halt()
      reader.card = undefined
    },
    transmit: async (apdu) => transmit(apdu),
    escape: async (command) => {
      const reply = runEscape(reader, command)
      if (reply === undefined)
        throw new BridgeError('not_supported', 'The service reports UnsupportedFeature.')
      return answer(reply)
    },
    placeCard: (options) => {
      field.place(options)
      update()
    },
    removeCard: (uid) => {
      field.remove(uid)
      update()
    },
    dumpCard: (uid) => field.find(uid).dump(),
    countWrites: (uid) => [...field.find(uid).writeCounts],
    present: () => {
      throw new BridgeError('not_supported', 'A contactless reader is shown cards: place one.')
    },
    inject: (request) => faults.inject(request),
    powerCycle: () => {
      clearTimers()
      faults.clear('silent')
      restartReader(reader)
    },
    close: () => {
      clearTimers()
      tell = () => undefined
    },
  }
}
