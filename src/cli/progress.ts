import type { Terminal } from './terminal.ts'

/** A bar that fills while a card is written, or keys are made. */
export interface Progress {
  show(what: keyof typeof words, done: number, total: number): void
  stop(): void
}

const words = {
  writing: { verb: 'Writing', unit: 'blocks' },
  making_key: { verb: 'Making', unit: 'keys' },
} as const

const nothing: Progress = { show: () => {}, stop: () => {} }

/** Draws on a terminal only; elsewhere the words say enough. The package is loaded when a bar is wanted. */
export const openProgress = async (out: Terminal['out'], isJson: boolean): Promise<Progress> => {
  if (isJson || out.isTTY !== true) return nothing
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    format: '{verb} {bar} {value}/{total} {unit}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false,
    stream: out,
  })
  let isStarted = false
  return {
    show: (what, done, total) => {
      if (!isStarted) bar.start(total, done, words[what])
      else bar.update(done)
      isStarted = true
    },
    stop: () => {
      if (isStarted) bar.stop()
      isStarted = false
    },
  }
}
