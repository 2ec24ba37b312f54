/** Preloaded into a daemon: notes every package that the program's own files import in the file BENCH_IMPORTS, one a line. */
import { appendFileSync } from 'node:fs'
import { isBuiltin, register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) register(import.meta.url)

export const resolve = (specifier, context, next) => {
  const isPackage = /^[@a-z]/.test(specifier) && !specifier.includes(':') && !isBuiltin(specifier)
  if (isPackage && !context.parentURL?.includes('/node_modules/')) {
    appendFileSync(process.env['BENCH_IMPORTS'], `${specifier}\n`)
  }
  return next(specifier, context)
}
