import { type BridgeError, isBridgeError } from '../../src/contract/errors.ts'

/** Something that takes bytes from outside. */
export interface FuzzedParser {
  /** The folder of its corpus. */
  readonly name: string
  /** The driver whose codec it is; its fixtures are good examples. */
  readonly driver?: string
  /** Takes a whole input. Whatever it throws that is no BridgeError is a defect. */
  parse(input: Uint8Array): unknown
  /** For bytes that are cut anywhere: a reader that is pushed one piece after the other. */
  openReader?(): (piece: Uint8Array) => unknown
}

export const textOf = (input: Uint8Array): string => new TextDecoder().decode(input)

/** A document of JSON, or the text where it is none: both come from outside. */
export const jsonOf = (input: Uint8Array): unknown => {
  const text = textOf(input)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A codec that frames a stream, and decodes what a frame holds. */
export const streamOf = (
  name: string,
  openReader: () => (piece: Uint8Array) => unknown,
  driver = name,
): FuzzedParser => ({
  name,
  driver,
  openReader,
  parse: (input) => {
    const push = openReader()
    for (let at = 0; at < input.length; at += 7) push(input.subarray(at, at + 7))
  },
})

/** Calls every one of them with the input; each refuses for itself. What is no refusal is thrown before one. */
export const eachOf =
  (...decoders: readonly ((input: Uint8Array) => unknown)[]) =>
  (input: Uint8Array): void => {
    let refusal: BridgeError | null = null
    for (const decode of decoders) {
      try {
        decode(input)
      } catch (error) {
        if (!isBridgeError(error)) throw error
        refusal = error
      }
    }
    if (refusal !== null) throw refusal
  }
