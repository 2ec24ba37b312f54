import type { Faults } from './emulator-faults.ts'

const RUBBISH = 0x55

/** Carries whole answers to the link, or what the line makes of them. */
export interface Answers {
  say(answer: readonly number[]): void
  /** A command has come: what was held back goes first. */
  sendHeld(): void
  forget(): void
}

export const createAnswers = (faults: Faults, send: (answer: Uint8Array) => void): Answers => {
  let held: Uint8Array | undefined
  return {
    say: (answer) => {
      const bytes = Uint8Array.from(answer)
      if (faults.take('dropAnswers')) return
      if (faults.take('noise')) send(Uint8Array.of(RUBBISH, 0, 0xff, RUBBISH))
      if (faults.take('corruptAnswers')) bytes[0] = RUBBISH
      if (faults.take('lateAnswers')) held = bytes
      else send(bytes)
      if (faults.take('duplicateAnswers')) send(bytes)
    },
    sendHeld: () => {
      const answer = held
      held = undefined
      if (answer !== undefined) send(answer)
    },
    forget: () => {
      held = undefined
    },
  }
}
