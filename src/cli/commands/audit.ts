import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { printableJsonText } from '../printable.ts'

/** A reader like `head` that has enough and closes the pipe. */
const hasClosed = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EPIPE' || error.code === 'ERR_STREAM_PREMATURE_CLOSE')

/** Names in it come from a hub. */
const printableLines = async function* (lines: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const bytes of lines) yield printableJsonText(decoder.decode(bytes, { stream: true }))
}

/** `encoder-bridge audit`: who ordered what and how it ended, as JSON lines. */
export const audit = async (
  { terminal }: Context,
  options: { readonly data: string; readonly since?: string },
): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const lines = await client.audit(options.since === undefined ? {} : { since: options.since })
  await pipeline(Readable.from(printableLines(lines)), terminal.out, { end: false }).catch(
    (error: unknown) => {
      if (!hasClosed(error)) throw error
    },
  )
  return 0
}
