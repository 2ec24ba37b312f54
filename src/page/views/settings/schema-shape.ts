import { z } from 'zod'
import { type SettingPath, showPath, valueAt } from './setting-path.ts'

/** How a setting is shown and changed, read from its JSON Schema. */
export type Shape =
  | { readonly kind: 'group'; readonly fields: readonly Field[] }
  | { readonly kind: 'list'; readonly item: Shape; readonly maxItems: number | null }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  /** Some of the options. */
  | { readonly kind: 'choices'; readonly options: readonly string[] }
  | { readonly kind: 'switch' }
  | {
      readonly kind: 'number'
      readonly isWhole: boolean
      readonly min: number | null
      readonly max: number | null
    }
  | { readonly kind: 'text' }
  /** What no field fits: its JSON. */
  | { readonly kind: 'json' }

/** One setting of a group. */
export interface Field {
  readonly key: string
  readonly shape: Shape
  readonly isRequired: boolean
  readonly description: string
  /** What counts where the file says nothing, as text; null where nothing does. */
  readonly fallback: string | null
}

const SchemaNode = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().default(''),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxItems: z.number().optional(),
  required: z.array(z.string()).default([]),
  get properties() {
    return z.record(z.string(), SchemaNode).optional()
  },
  get items() {
    return SchemaNode.optional()
  },
  get anyOf() {
    return z.array(SchemaNode).optional()
  },
})
type SchemaNode = z.infer<typeof SchemaNode>

const typesOf = ({ type }: SchemaNode): readonly string[] =>
  (Array.isArray(type) ? type : [type ?? '']).filter((one) => one !== 'null')

/** What may also be null is the same setting: nothing is said for null. */
const withoutNull = (node: SchemaNode): SchemaNode => {
  const [only, ...others] = (node.anyOf ?? []).filter(({ type }) => type !== 'null')
  return only !== undefined && others.length === 0 ? { ...only, description: node.description } : node
}

/** A default is shown where one line says it. */
const fallbackOf = ({ default: value }: SchemaNode): string | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null

const fieldsOf = (node: SchemaNode): readonly Field[] =>
  Object.entries(node.properties ?? {})
    // A format's version is no setting: there is one value.
    .filter(([, property]) => property.const === undefined)
    .map(([key, property]) => ({
      key,
      shape: shapeOf(property),
      isRequired: node.required.includes(key),
      description: property.description,
      fallback: fallbackOf(property),
    }))

const shapeOf = (whole: SchemaNode): Shape => {
  const node = withoutNull(whole)
  const [type] = typesOf(node)
  if (node.enum !== undefined) return { kind: 'choice', options: node.enum.map(String) }
  if (type === 'object' && node.properties !== undefined) return { kind: 'group', fields: fieldsOf(node) }
  if (type === 'array' && node.items !== undefined) {
    const item = shapeOf(node.items)
    return item.kind === 'choice'
      ? { kind: 'choices', options: item.options }
      : { kind: 'list', item, maxItems: node.maxItems ?? null }
  }
  if (type === 'boolean') return { kind: 'switch' }
  if (type === 'number' || type === 'integer') {
    const { minimum: min = null, maximum: max = null } = node
    return { kind: 'number', isWhole: type === 'integer', min, max }
  }
  return type === 'string' ? { kind: 'text' } : { kind: 'json' }
}

/** The settings that there are, of the configuration's JSON Schema. Throws where it is no schema. */
export const readSettings = (schema: unknown): readonly Field[] => fieldsOf(SchemaNode.parse(schema))

const pathsOf = (shape: Shape, path: SettingPath, value: unknown): readonly string[] => {
  switch (shape.kind) {
    case 'group':
      return [showPath(path), ...shape.fields.flatMap((field) => pathsUnder(field, path, value))]
    case 'list':
      return [
        showPath(path),
        ...(Array.isArray(value) ? value : []).flatMap((item: unknown, index) =>
          pathsOf(shape.item, [...path, index], item),
        ),
      ]
    default:
      return [showPath(path)]
  }
}

const pathsUnder = ({ key, shape }: Field, path: SettingPath, value: unknown): readonly string[] =>
  pathsOf(shape, [...path, key], valueAt(value, [key]))

/** Every setting that there is or could be in these values, as the daemon names it. */
export const settingsIn = (fields: readonly Field[], values: unknown): readonly string[] =>
  fields.flatMap((field) => pathsUnder(field, [], values))
