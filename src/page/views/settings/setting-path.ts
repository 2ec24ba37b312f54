/** Where a setting is: keys of maps and positions in lists, from the root of the configuration. */
export type SettingPath = readonly (string | number)[]

/** A path as people write it, and as the daemon names settings: `devices[0].name`. */
export const showPath = (path: SettingPath): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${key}`)).join('')

/** The path of the same setting in every item of its list: `devices[].name`. */
export const showKind = (path: SettingPath): string => showPath(path).replaceAll(/\[\d+\]/g, '[]')

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is there; undefined where nothing is. */
export const valueAt = (root: unknown, path: SettingPath): unknown =>
  path.reduce<unknown>((value, key) => {
    if (typeof key === 'number') return Array.isArray(value) ? (value as readonly unknown[])[key] : undefined
    return isMap(value) ? value[key] : undefined
  }, root)

const withItem = (list: readonly unknown[], index: number, value: unknown): readonly unknown[] =>
  value === undefined
    ? list.filter((_, at) => at !== index)
    : index < list.length
      ? list.with(index, value)
      : [...list, value]

const withKey = (map: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown =>
  value === undefined
    ? Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
    : { ...map, [key]: value }

/** A map that a removal has emptied goes too, where the map around it may do without; items of a list stay. */
const isLeftOver = (value: unknown, key: string | number): boolean =>
  typeof key === 'string' && isMap(value) && Object.keys(value).length === 0

/** A copy of the root with this value at the path; undefined takes the setting out, so that its default counts. */
export const withValueAt = (root: unknown, path: SettingPath, value: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (typeof key === 'number') {
    const list: readonly unknown[] = Array.isArray(root) ? root : []
    return withItem(list, key, withValueAt(list[key], rest, value))
  }
  const map = isMap(root) ? root : {}
  const inner = withValueAt(map[key], rest, value)
  return withKey(map, key, value === undefined && isLeftOver(inner, key) ? undefined : inner)
}

/** Where the sentence names the path whole, and no longer or other one; -1 for nowhere. */
const placeIn = (sentence: string, path: string): number => {
  const quoted = path.replaceAll(/[.[\]]/g, String.raw`\$&`)
  return new RegExp(String.raw`(?<![\w./\]])${quoted}(?!\w|\[|\.\w)`).exec(sentence)?.index ?? -1
}

/** The setting that a sentence of the daemon is about: of these paths the one that it names first. */
export const settingNamedIn = (sentence: string, paths: readonly string[]): string | null => {
  const named = paths.flatMap((path) => {
    const at = placeIn(sentence, path)
    return at < 0 ? [] : [{ path, at }]
  })
  return named.toSorted((left, right) => left.at - right.at)[0]?.path ?? null
}
