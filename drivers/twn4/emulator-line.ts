import type { Faults } from './emulator-faults.ts'

/** What a UART makes of noise and of bytes at another speed: anything, but no digit and no end of a line. */
export const RUBBISH = 0xe5

/** The reader's end of the TX line, where the faults of the line happen. */
interface AnswerLine {
  connect(send: (bytes: Uint8Array) => void): void
  sendAnswer(line: Uint8Array): void
  /** Lets a `lateAnswers` answer go. */
  sendHeldAnswer(): void
  /** Counts bytes that crossed the line, for `removeCardAfterBytes`. */
  countBytes(sizeBytes: number): void
  /** Says nothing ever again. */
  close(): void
}

/** Makes the TX line, connected to nothing. */
export const createAnswerLine = (faults: Faults, removeCards: () => void): AnswerLine => {
  let send: (bytes: Uint8Array) => void = () => {}
  let heldAnswer: Uint8Array | undefined

  const countBytes = (sizeBytes: number): void => {
    if (faults.countDown('removeCardAfterBytes', sizeBytes)) removeCards()
  }

  const transmit = (bytes: Uint8Array): void => {
    countBytes(bytes.length)
    send(bytes)
  }

  return {
    connect: (newSend) => {
      send = newSend
    },
    sendAnswer: (line) => {
      if (faults.take('dropAnswers')) return
      if (faults.take('lateAnswers')) {
        heldAnswer = line
        return
      }
      if (faults.take('noise')) transmit(Uint8Array.of(RUBBISH, 0x00, RUBBISH, 0x55))
      const sent = line.slice()
      if (faults.take('corruptAnswers')) sent[1] = RUBBISH
      const isSplit = faults.take('splitBytes')
      for (const piece of isSplit ? Array.from(sent, (byte) => Uint8Array.of(byte)) : [sent]) transmit(piece)
      if (faults.take('duplicateAnswers')) transmit(sent.slice())
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
