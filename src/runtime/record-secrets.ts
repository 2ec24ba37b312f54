import { readFileSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { BridgeError } from '../contract/errors.ts'
import { parseHex } from '../wire/hex.ts'

/** A key or password is at least as long as this; shorter hexadecimal words are USB ids and the like. */
const MIN_DIGITS = 8
/** Every card as delivered has it: it is no secret. */
const AS_DELIVERED = /^F+$/

const isHex = (text: string): boolean => text.length % 2 === 0 && /^[0-9A-F]+$/.test(text)

const readDigits = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim().toUpperCase()
  } catch (cause) {
    throw new BridgeError('config_invalid', `${file} cannot be read.`, { cause })
  }
}

/** Every hexadecimal text in a part of the configuration, and what the files hold that it names as such. */
const digitsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value.toUpperCase()]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) =>
    key === 'file' && typeof part === 'string' ? [readDigits(part)] : digitsIn(part),
  )
}

/**
 * What a recording must not show: whatever in the configuration's layouts and drivers' options looks like a key, and what the
 * caller names. Throws `config_invalid` for a key file that can't be read, `request_invalid` for what is no hexadecimal.
 */
export const collectSecrets = (config: Config, named: readonly string[]): readonly Uint8Array[] => {
  const wanted = named.map((text) => text.toUpperCase())
  if (wanted.some((text) => !isHex(text))) {
    throw new BridgeError('request_invalid', 'A secret to be blanked is given in hexadecimal.')
  }
  const configured = digitsIn([config.layouts, config.devices.map(({ options }) => options)]).filter(
    (text) => isHex(text) && text.length >= MIN_DIGITS && !AS_DELIVERED.test(text),
  )
  return [...new Set([...configured, ...wanted])].map(parseHex)
}
