import { parseDocument } from 'yaml'
import { BridgeError } from '../contract/errors.ts'
import { nearest } from './nearest.ts'
import { settingPaths } from './schema.ts'

/** One `BRIDGE_*` variable: the setting that it overrides and its value. */
export interface Override {
  readonly variable: string
  readonly path: readonly string[]
  readonly value: unknown
}

const upperSnake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

/** The variable that overrides a setting: `BRIDGE_HUB__ENDPOINT` for `hub.endpoint`. */
export const variableOf = (path: readonly string[]): string => `BRIDGE_${path.map(upperSnake).join('__')}`

const parseValue = (variable: string, text: string): unknown => {
  const document = parseDocument(text, { prettyErrors: false })
  if (document.errors.length > 0) {
    throw new BridgeError('config_invalid', `${variable}: its value is not YAML.`)
  }
  try {
    return document.toJS()
  } catch {
    throw new BridgeError('config_invalid', `${variable}: its value is not YAML.`)
  }
}

/**
 * The settings that the environment overrides: `BRIDGE_HUB__ENDPOINT` for `hub.endpoint`, values as YAML.
 * An empty variable counts as unset. Throws `config_invalid` for a `BRIDGE_` variable of no setting: a misspelt
 * override that is silently ignored costs an evening.
 */
export const readOverrides = (env: Readonly<Record<string, string | undefined>>): Override[] => {
  const known = new Map(settingPaths().map((path) => [variableOf(path), path]))
  return Object.entries(env).flatMap(([variable, text]) => {
    if (!variable.startsWith('BRIDGE_') || text === undefined || text === '') return []
    const path = known.get(variable)
    if (path === undefined) {
      const near = nearest(variable, [...known.keys()])
      const hint = near === null ? '' : `; the nearest is ${near}`
      throw new BridgeError('config_invalid', `The environment variable ${variable} is no setting${hint}.`)
    }
    return [{ variable, path, value: parseValue(variable, text) }]
  })
}
