/** A signal that fires after `waitMs`, when the caller goes away, or when the server closes. */
export const patience = (
  waitMs: number,
  caller: NodeJS.EventEmitter,
  closing: AbortSignal,
): { readonly signal: AbortSignal } & Disposable => {
  const controller = new AbortController()
  const giveUp = (): void => controller.abort()
  const timer = setTimeout(giveUp, waitMs)
  caller.once('close', giveUp)
  closing.addEventListener('abort', giveUp)
  if (waitMs === 0 || closing.aborted) giveUp()
  return {
    signal: controller.signal,
    [Symbol.dispose]: (): void => {
      clearTimeout(timer)
      caller.off('close', giveUp)
      closing.removeEventListener('abort', giveUp)
    },
  }
}
