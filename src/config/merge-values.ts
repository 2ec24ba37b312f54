import { isDeepStrictEqual } from 'node:util'
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, parseDocument, stringify } from 'yaml'
import type { Node, YAMLMap, YAMLSeq } from 'yaml'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const nameIn = (value: unknown): unknown => (isRecord(value) ? value['name'] : undefined)

const mergeMap = (document: Document, map: YAMLMap, values: Readonly<Record<string, unknown>>): YAMLMap => {
  const keyOf = (key: unknown): unknown => (isScalar(key) ? key.value : key)
  map.items = map.items.filter(({ key }) => Object.hasOwn(values, String(keyOf(key))))
  for (const [key, value] of Object.entries(values)) {
    const pair = map.items.find((item) => keyOf(item.key) === key)
    if (pair === undefined) map.add(document.createPair(key, value))
    else pair.value = mergeNode(document, pair.value, value)
  }
  return map
}

/** An item goes on as the one that is the same, else as the one of the same name: its comments stay with it. */
const mergeSeq = (document: Document, seq: YAMLSeq, values: readonly unknown[]): YAMLSeq => {
  const left = [...seq.items]
  // The library hangs what stands above the first item on the list.
  if (isNode(left[0]) && seq.commentBefore != null) {
    left[0].commentBefore = seq.commentBefore
    seq.commentBefore = null
  }
  const take = (fits: (old: unknown) => boolean): unknown => {
    const at = left.findIndex((item) => fits(isNode(item) ? item.toJS(document) : item))
    return at < 0 ? undefined : left.splice(at, 1)[0]
  }
  const same = values.map((value) => take((old) => isDeepStrictEqual(old, value)))
  seq.items = values.map((value, index) => {
    if (same[index] !== undefined) return same[index]
    const name = nameIn(value)
    const old = name === undefined ? undefined : take((item) => nameIn(item) === name)
    return old === undefined ? document.createNode(value) : mergeNode(document, old, value)
  })
  return seq
}

const mergeNode = (document: Document, node: unknown, value: unknown): Node => {
  if (isNode(node) && !isAlias(node) && isDeepStrictEqual(node.toJS(document), value)) return node
  if (isMap(node) && isRecord(value)) return mergeMap(document, node, value)
  if (isSeq(node) && Array.isArray(value)) return mergeSeq(document, node, value)
  const created = document.createNode(value)
  if (isNode(node) && !isAlias(node)) {
    created.commentBefore = node.commentBefore ?? null
    created.comment = node.comment ?? null
  }
  return created
}

/** The old text with these values; null where that can't be written, or would not be read as these values again. */
const merged = (text: string, values: Readonly<Record<string, unknown>>): string | null => {
  try {
    const document: Document = parseDocument(text, { prettyErrors: false })
    const root = document.contents
    if (isMap(root)) mergeMap(document, root, values)
    else document.contents = document.createNode(values)
    const fresh = document.toString({ lineWidth: 0 })
    const read = parseDocument(fresh, { prettyErrors: false })
    return read.errors.length === 0 && isDeepStrictEqual(read.toJS() ?? {}, values) ? fresh : null
  } catch {
    // An alias whose anchor has gone, or an anchor that the library reads and does not write.
    return null
  }
}

/**
 * The text of a YAML file that says these values, as near to the old one as can be: what has not changed keeps its comments and its
 * place. A file whose parts refer to each other (anchors) loses both where a change would reach further than it should.
 */
export const mergeValues = (text: string, values: Readonly<Record<string, unknown>>): string =>
  merged(text, values) ?? stringify(values, { lineWidth: 0 })
