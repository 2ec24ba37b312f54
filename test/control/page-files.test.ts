import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openControl } from '../support/fake-control-ports.ts'
import { send } from './request.ts'

/** A built page: an index beside its assets, with something next to the folder that must not leave. */
const openPage = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'page-'))
  const pageDir = join(dir, 'page')
  mkdirSync(join(pageDir, 'assets'), { recursive: true })
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html><title>desk</title>')
  writeFileSync(join(pageDir, 'assets', 'index-C0ffee12.js'), 'export {}')
  writeFileSync(join(pageDir, 'assets', '.hidden'), 'secret')
  writeFileSync(join(dir, 'secret.txt'), 'secret')
  const control = await openControl(0, undefined, { pageDir })
  return {
    control,
    [Symbol.asyncDispose]: async () => {
      await control[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

test('the page comes without a cookie, is kept nowhere, and may reach its own daemon alone', async () => {
  await using page = await openPage()
  const { port } = page.control
  const answer = await send(port, 'GET', '/')
  expect([answer.status, answer.text]).toEqual([200, '<!doctype html><title>desk</title>'])
  expect(answer.headers['content-type']).toMatch(/^text\/html/)
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' })
  expect(String(answer.headers['content-security-policy']).split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ws://127.0.0.1:${port}`,
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ])
})

test('what the page is made of may be kept, since its name changes with it', async () => {
  await using page = await openPage()
  const answer = await send(page.control.port, 'GET', '/assets/index-C0ffee12.js')
  expect([answer.status, answer.text]).toEqual([200, 'export {}'])
  expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(answer.headers['content-type']).toMatch(/javascript/)
})

test.each([
  '/index.html',
  '/assets/',
  '/assets/missing.js',
  '/assets/.hidden',
  '/assets/..%2f..%2fsecret.txt',
  String.raw`/assets/..\..\secret.txt`,
  '/assets/..%5c..%5csecret.txt',
  '/assets/%2e%2e/%2e%2e/secret.txt',
  '/../secret.txt',
])('%s is no part of the page', async (path) => {
  await using page = await openPage()
  const answer = await send(page.control.port, 'GET', path)
  expect([401, 404]).toContain(answer.status)
  expect(answer.text).not.toContain('secret')
})

test('the page answers to the names of this computer alone', async () => {
  await using page = await openPage()
  const answer = await send(page.control.port, 'GET', '/', { host: `evil.example:${page.control.port}` })
  expect([answer.status, answer.text.includes('doctype')]).toEqual([403, false])
})

test('a link on another site leads to the page, and to nothing else', async () => {
  await using page = await openPage()
  const click = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  expect((await send(page.control.port, 'GET', '/', click)).status).toBe(200)
  expect((await send(page.control.port, 'GET', '/healthz', click)).status).toBe(403)
  for (const dest of ['iframe', 'image', 'script']) {
    const answer = await send(page.control.port, 'GET', '/', { ...click, 'sec-fetch-dest': dest })
    expect(answer.status, dest).toBe(403)
  }
})

test('a page that was not built is told in words', async () => {
  await using control = await openControl()
  const answer = await send(control.port, 'GET', '/')
  expect([answer.status, answer.headers['content-type']]).toEqual([503, 'text/plain; charset=utf-8'])
  expect(answer.text).toContain('npm run build')
})
