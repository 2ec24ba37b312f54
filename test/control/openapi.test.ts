import { readFile } from 'node:fs/promises'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { allControlRoutes } from '../../src/control/schema/routes.ts'

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security: readonly object[] }>>>>
}

const document = JSON.parse(
  await readFile(new URL('../../docs/control-openapi.json', import.meta.url), 'utf8'),
) as Document

test('docs/control-openapi.json is OpenAPI 3.1, by the schema that its makers publish', async () => {
  const validator = new Validator()
  expect(await validator.validate({ ...document })).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('it has each route of the table, and says which want no token', () => {
  for (const { method, path, admits } of allControlRoutes) {
    const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect(operation?.security.length, `${method} ${path}`).toBe(admits === 'anybody' ? 0 : 2)
  }
  const count = Object.values(document.paths).flatMap((operations) => Object.keys(operations)).length
  expect(count).toBe(allControlRoutes.length)
})
