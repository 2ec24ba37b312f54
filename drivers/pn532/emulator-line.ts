import { isBare, type Chip } from './emulator-chip.ts'
import { ACK_FRAME, checksumIndex } from './emulator-frames.ts'

/** What a UART makes of noise and of bytes at another speed: anything, but no start code `00 FF`. */
export const RUBBISH = 0xe5

/** The chip's end of the TX line, where the faults of the line happen. */
interface AnswerLine {
  connect(send: (bytes: Uint8Array) => void): void
  sendAck(): void
  sendAnswer(frame: Uint8Array): void
  /** The host's NACK: the last answer again, as it should have been (UM0701-02 §6.2.1.4). */
  repeatAnswer(): void
  /** Lets a `lateAnswers` answer go. */
  sendHeldAnswer(): void
  /** Counts bytes that crossed the line, for `removeCardAfterBytes`. */
  countBytes(sizeBytes: number): void
  /** Says nothing ever again. */
  close(): void
}

/** Makes the TX line of a chip, connected to nothing. */
export const createAnswerLine = (chip: Chip): AnswerLine => {
  const { faults, field } = chip
  let send: (bytes: Uint8Array) => void = () => {}
  let lastAnswer: Uint8Array | undefined
  let heldAnswer: Uint8Array | undefined

  const countBytes = (sizeBytes: number): void => {
    if (faults.countDown('removeCardAfterBytes', sizeBytes)) field.remove()
  }

  const transmit = (bytes: Uint8Array): void => {
    countBytes(bytes.length)
    send(bytes)
  }

  return {
    connect: (newSend) => {
      send = newSend
    },
    sendAck: () => {
      if (!faults.take('noAck')) transmit(ACK_FRAME.slice())
    },
    sendAnswer: (frame) => {
      lastAnswer = frame
      if (faults.take('dropAnswers')) return
      if (faults.take('lateAnswers')) {
        heldAnswer = frame
        return
      }
      if (faults.take('noise')) transmit(Uint8Array.of(RUBBISH, 0x00, RUBBISH, 0x55))
      const sent = frame.slice()
      if (faults.take('corruptChecksum')) {
        const at = checksumIndex(sent, isBare(chip))
        sent[at] = (sent[at] ?? 0) ^ 0x01
      }
      const isSplit = faults.take('splitBytes')
      for (const piece of isSplit ? Array.from(sent, (byte) => Uint8Array.of(byte)) : [sent]) transmit(piece)
      if (faults.take('duplicateAnswers')) transmit(sent.slice())
    },
    repeatAnswer: () => {
      if (lastAnswer !== undefined) transmit(lastAnswer.slice())
    },
    sendHeldAnswer: () => {
      if (heldAnswer !== undefined) transmit(heldAnswer)
      heldAnswer = undefined
    },
    countBytes,
    close: () => {
      send = () => {}
    },
  }
}
