import { openapi } from '@seamapi/types/connect'
import { describe, expect, test } from 'vitest'
import { hubRoutes } from '../support/hub-routes.ts'
import { compareDocuments, sayChanges } from './compare.ts'
import { fieldsOf } from './fields.ts'
import type { Document } from './fields.ts'
import { reliedOn } from './relied-on.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const endpoint = (request: object, response: object) => ({
  post: { requestBody: json(request), responses: { 200: json(response) } },
})
const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
})
const text = { type: 'string' }
const flag = { type: 'boolean' }

/** One endpoint that gives a card, and takes its id. */
const document = (card: object, request: object = object({ card_id: text }, ['card_id'])): Document => ({
  paths: {
    '/cards/get': endpoint(request, object({ card: { $ref: '#/components/schemas/card' } }, ['card'])),
  },
  components: { schemas: { card } },
})
const mode = { type: 'string', enum: ['card', 'code'] }
const card = object({ card_id: text, is_issued: flag, mode }, ['card_id'])
const pinned = document(card)
const relied = {
  '/cards/get': ['request.card_id', 'response.card.is_issued', 'response.card.mode=card'],
}
const compare = (newest: Document, paths: readonly string[] = ['/cards/get']) =>
  compareDocuments(pinned, newest, paths, relied)

describe('the comparison of two documents', () => {
  test('says nothing of two that are the same', () => {
    expect(compare(document(card))).toEqual([])
  })

  test('lists a new field and breaks nothing', () => {
    const newer = document({ ...card, properties: { ...card.properties, display_status: text } })
    expect(compare(newer)).toEqual([
      {
        path: '/cards/get',
        field: 'response.card.display_status',
        kind: 'new',
        was: null,
        is: 'string',
        breaks: false,
      },
    ])
  })

  test('breaks when a field that is relied on is gone', () => {
    const newer = document(object({ card_id: text, mode }, ['card_id']))
    expect(compare(newer)).toEqual([
      {
        path: '/cards/get',
        field: 'response.card.is_issued',
        kind: 'gone',
        was: 'boolean',
        is: null,
        breaks: true,
      },
    ])
  })

  test('breaks when a word that is relied on is gone, and not when another is', () => {
    const withModes = (...words: readonly string[]) =>
      document({ ...card, properties: { ...card.properties, mode: { type: 'string', enum: words } } })
    expect(compare(withModes('code')).map(({ field, breaks }) => [field, breaks])).toEqual([
      ['response.card.mode=card', true],
    ])
    expect(compare(withModes('card')).map(({ field, breaks }) => [field, breaks])).toEqual([
      ['response.card.mode=code', false],
    ])
  })

  test('breaks when a field that is relied on becomes something else', () => {
    const newer = document({ ...card, properties: { ...card.properties, is_issued: text } })
    expect(compare(newer)).toMatchObject([{ kind: 'changed', was: 'boolean', is: 'string', breaks: true }])
  })

  test('breaks when a parameter is wanted that was not wanted before, and not when one is offered', () => {
    const wanted = object({ card_id: text, site_id: text }, ['card_id', 'site_id'])
    expect(compare(document(card, wanted))).toMatchObject([{ field: 'request.site_id', breaks: true }])
    const offered = object({ card_id: text, site_id: text }, ['card_id'])
    expect(compare(document(card, offered))).toMatchObject([{ field: 'request.site_id', breaks: false }])
  })

  test('breaks when an endpoint is gone, and lists one that is new', () => {
    expect(compare({ paths: {} })).toMatchObject([{ field: null, kind: 'gone', breaks: true }])
    const more = { ...pinned, paths: { ...pinned.paths, '/cards/list': endpoint({}, {}) } }
    expect(compare(more, ['/cards/get', '/cards/list'])).toMatchObject([
      { path: '/cards/list', field: null, kind: 'new', breaks: false },
    ])
  })

  test('says nothing of endpoints that neither document has', () => {
    expect(compare(document(card), ['/ours/only'])).toEqual([])
  })

  test('lists a method that is gone', () => {
    const both = { ...pinned, paths: { '/cards/get': { ...pinned.paths['/cards/get'], get: {} } } }
    expect(compareDocuments(both, pinned, ['/cards/get'], relied)).toMatchObject([
      { field: 'method=GET', kind: 'gone', breaks: false },
    ])
  })

  test('keeps variants apart by what they are about, and leaves out those of others', () => {
    const variant = (action_type: string, more: object = {}) =>
      object({ action_type: { type: 'string', enum: [action_type] }, status: text, ...more })
    const attempts = (...variants: readonly object[]) => document({ oneOf: variants })
    const before = attempts(variant('SCAN_CREDENTIAL'), variant('ENCODE_CREDENTIAL'), variant('LOCK_DOOR'))
    const after = attempts(variant('SCAN_CREDENTIAL'), variant('ENCODE_CREDENTIAL', { result: text }))
    const changes = compareDocuments(before, after, ['/cards/get'], relied)
    expect(changes.map(({ field }) => field)).toEqual(['response.card<ENCODE_CREDENTIAL>.result'])
  })

  test('ends for a schema that contains itself', () => {
    const folder = object({ parent: { $ref: '#/components/schemas/card' } })
    expect(fieldsOf(document(folder), '/cards/get')?.has('response.card.parent')).toBe(true)
  })

  test('is said by endpoint, with what breaks marked', () => {
    const newer = document({ ...card, properties: { card_id: text, is_issued: text, extra: flag } })
    expect(sayChanges(compare(newer)).split('\n')).toEqual([
      '/cards/get',
      '         response.card.extra: new (boolean)',
      '  BREAKS response.card.is_issued: was boolean, is string',
      '         response.card.mode: gone (was string)',
      '  BREAKS response.card.mode=card: gone (was a word)',
      '         response.card.mode=code: gone (was a word)',
    ])
  })
})

describe('what is relied on', () => {
  const published = openapi as unknown as Document

  test.each(Object.entries(reliedOn))('is in the pinned document, at %s', (path, fields) => {
    const known = fieldsOf(published, path)
    expect(fields.filter((field) => known?.has(field) !== true)).toEqual([])
    expect(fields.length).toBeGreaterThan(0)
  })

  test('is at endpoints that the hub serves: Seam and the hub are asked alike', async () => {
    const served = await hubRoutes()
    expect(Object.keys(reliedOn).filter((path) => !served.has(path))).toEqual([])
  })
})
