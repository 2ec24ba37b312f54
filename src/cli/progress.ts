import type { Terminal } from './terminal.ts'

/** A bar that fills while a card is written. */
export interface Progress {
  show(done: number, total: number): void
  stop(): void
}

const nothing: Progress = { show: () => {}, stop: () => {} }

/** Draws on a terminal only; elsewhere the words say enough. The package is loaded when a bar is wanted. */
export const openProgress = async (out: Terminal['out'], isJson: boolean): Promise<Progress> => {
  if (isJson || out.isTTY !== true) return nothing
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    format: 'Writing {bar} {value}/{total} blocks',
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
    show: (done, total) => {
      if (!isStarted) bar.start(total, done)
      else bar.update(done)
      isStarted = true
    },
    stop: () => {
      if (isStarted) bar.stop()
      isStarted = false
    },
  }
}
