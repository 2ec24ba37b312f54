import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generatedPages } from '../docs/pages.ts'
import { allControlRoutes } from '../src/control/schema/routes.ts'
import { drivers, loadDriver } from '../drivers/index.ts'
import { image } from '../src/cards/layouts/image.ts'
import { createConfiguredLayout } from '../src/cards/layouts/configured.ts'
import { createLayouts } from '../src/cards/layouts/index.ts'
import { nameOf } from '../src/cards/places.ts'
import { createProgram } from '../src/cli/program.ts'
import { Config } from '../src/config/schema.ts'
import type { CardContent } from '../src/contract/card-content.ts'
import type { Card } from '../src/contract/card.ts'
import { errorTable } from '../src/contract/errors.ts'
import { CardUid } from '../src/contract/ids.ts'
import type { SiteKeys } from '../src/contract/site-keys.ts'
import { bearer, send } from './control/request.ts'
import { demoCard, test as hubTest } from './hub/hub-fixture.ts'
import { collectRoutes } from './support/collect-routes.ts'
import { openControl } from './support/fake-control-ports.ts'
import { importRules, layers } from './support/import-rules.ts'
import { brokenLink, codeBlocks, codeSpans, relativeLinks, tableRows } from './support/markdown.ts'
import { filesUnder, root } from './support/repository.ts'

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8')
const pages = filesUnder('.', /\.md$/)
const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')

describe('docs/errors.md and the error table', async () => {
  const sections = (await read('docs/errors.md')).split(/^## /m).slice(1)
  const documented = new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')), section]))

  test('name the same codes, both ways', () => {
    expect([...documented.keys()].toSorted()).toEqual(Object.keys(errorTable).toSorted())
    expect(sections).toHaveLength(documented.size)
  })

  test.each(Object.entries(errorTable))('say the same of %s', (code, facts) => {
    const section = documented.get(code)
    expect(section).toContain(`\n\n${facts.cause}\n`)
    expect(section).toContain(`**Next step:** ${facts.nextStep}\n`)
    expect(section).toContain(`**Tells Seam:** \`${facts.seam}\`\n`)
    expect(section).toContain(`**HTTP status:** ${facts.status}\n`)
  })
})

describe('the generated pages', () => {
  test.each(generatedPages)('$path is what the code renders (npm run docs)', async ({ path, render }) => {
    expect(await read(path)).toBe(await render())
  })
})

describe('every page', () => {
  test('is looked at', () => {
    const paths = pages.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'docs/hub.md', 'drivers/pn532/README.md']))
    expect(pages.flatMap(({ text }) => relativeLinks(text)).length).toBeGreaterThan(30)
  })

  test('has links that lead somewhere', () => {
    const broken = pages.flatMap((page) => relativeLinks(page.text).map((link) => brokenLink(page, link)))
    expect(broken.filter((reason) => reason !== null)).toEqual([])
  })

  test('names files that exist', () => {
    const named = pages.flatMap(({ path, text }) =>
      codeSpans(text)
        .filter((code) => /^(?:src|drivers|test|docs|systemd|bench)\/[\w./-]+$/.test(code))
        .map((code) => ({ path, code })),
    )
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter(({ code }) => !existsSync(join(root, code)))).toEqual([])
  })

  test('shows configurations that the daemon takes', async () => {
    const examples = pages
      .flatMap(({ text }) => codeBlocks(text, 'yaml'))
      .map((yaml): unknown => parse(yaml))
      .filter((example) => example !== null)
    expect(examples.length).toBeGreaterThan(2)
    for (const example of examples) {
      const config = Config.parse(example)
      const own = createLayouts(
        config.layouts.map((one) => createConfiguredLayout(one, () => '0'.repeat(12))),
      )
      for (const { driver, layout, options } of config.devices) {
        own.named(layout)
        ;(await loadDriver(driver)).options.parse(options)
      }
    }
  })
})

describe('the tables of devices', async () => {
  const evidenceIn = (cell: string): string[] =>
    [...cell.matchAll(/\*([a-z ]+)\*/g)].map(([, word]) => word ?? '')
  const rows = tableRows(await read('README.md'), 'device')

  test('README names the drivers of the registry, both ways', () => {
    expect(rows.map(([, driver]) => driver)).toEqual(
      [...drivers.keys()].map((id) => `[\`${id}\`](drivers/${id}/README.md)`),
    )
  })

  test.each([...drivers])('README and the driver’s own page tell the evidence for %s', async (id, load) => {
    const { evidence } = (await load()).manifest
    const row = rows.find(([, driver]) => driver?.includes(`drivers/${id}/`))
    expect(evidenceIn(row?.at(-1) ?? '')).toEqual(evidence)
    const page = await read(`drivers/${id}/README.md`)
    const told = /^\| Evidence \|(?<cell>.*)\|$/m.exec(page)?.groups?.['cell'] ?? ''
    expect(evidenceIn(told.replaceAll(/\*\*.*?\*\*/g, ''))).toEqual(evidence)
  })
})

const layouts = createLayouts([])

describe('docs/layouts.md', async () => {
  const page = await read('docs/layouts.md')
  const fields = tableRows(page, 'Offset')
  const card: Card = { uid: CardUid.parse('922E5832'), technology: 'mifare-classic-1k' }
  const key = Uint8Array.from({ length: 32 }, (_, index) => index)
  const siteKeys: SiteKeys = { current: 7, keys: new Map([[7, key]]) }
  const content: CardContent = {
    credentialId: '123e4567-e89b-42d3-a456-426614174000',
    cardNumber: '1234567890123456789',
    startsAt: '2026-11-23T15:00:00Z',
    endsAt: '2026-11-25T11:00:00Z',
  }
  const record = Buffer.from(fields.flatMap((row) => quoted(row[3] ?? '')).join(''), 'hex')

  test('has a section for each layout', () => {
    expect([...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name)).toEqual(layouts.names)
  })

  test('has a table without holes, each example as long as its field', () => {
    let offset = 0
    for (const [start, bytes, , example = ''] of fields) {
      expect(Number(start)).toBe(offset)
      expect(quoted(example)[0]).toHaveLength(2 * Number(bytes))
      offset += Number(bytes)
    }
    expect(offset).toBe(48)
  })

  test('shows the bytes that demo writes, and where', () => {
    const writes = layouts.named('demo').plan(content, card, siteKeys)
    expect(writes.map(({ at }) => nameOf(at))).toEqual(['block 4', 'block 5', 'block 6'])
    expect(Buffer.concat(writes.map(({ data }) => data))).toEqual(record)
    for (const text of Object.values(content)) expect(page).toContain(text)
  })

  test('tells the MAC’s command line the same record and key', () => {
    const [shell = ''] = codeBlocks(page, 'sh')
    expect(shell).toContain(`KEY=${Buffer.from(key).toString('hex')}\n`)
    expect(shell).toContain(`RECORD=${record.subarray(0, 36).toString('hex').toUpperCase()}\n`)
  })

  test('tells what image fills the other blocks with', () => {
    const seed = createHash('sha256').update(record).digest()
    const others = image
      .plan(content, card, siteKeys)
      .filter(({ at }) => at.kind === 'block' && ![4, 5, 6].includes(at.block))
    expect(others).toHaveLength(44)
    for (const { at, data } of others) {
      if (at.kind !== 'block') throw new Error('not a block')
      const filler = createHash('sha256').update(seed).update(Uint8Array.of(at.block)).digest()
      expect(Buffer.from(data)).toEqual(filler.subarray(0, 16))
    }
  })
})

describe('ARCHITECTURE.md', async () => {
  const page = await read('ARCHITECTURE.md')

  test('has the import table of the rules', () => {
    const rules = layers.map(({ folder, imports, packages }) => [
      folder,
      imports.filter((path) => existsSync(join(root, path))),
      packages ?? 'free',
    ])
    const table = page.slice(page.indexOf('## Who imports whom'))
    const rows = tableRows(table, 'Folder').map(([folder = '', imports = '', packages = '']) => [
      quoted(folder)[0],
      quoted(imports),
      packages === 'free' ? 'free' : quoted(packages),
    ])
    expect(rows).toEqual(rules)
  })

  test('names the packages that are kept for somebody', () => {
    const titles = tableRows(page, 'Package').map(
      ([name = '', folders = '']) => `only ${quoted(folders).join(' and ')} imports ${quoted(name).join('')}`,
    )
    expect(titles).toEqual(
      importRules.map(({ title }) => title).filter((title) => /^only .* imports /.test(title)),
    )
  })
})

describe('the command line', async () => {
  const program = createProgram('1.2.3', 'DIR', async () => undefined)
  const commandsOf = (command: Command): readonly Command[] =>
    command.commands.flatMap((one) => [one, ...commandsOf(one)])
  const pathOf = (command: Command): string =>
    command.parent === null || command.parent === program
      ? command.name()
      : `${pathOf(command.parent)} ${command.name()}`
  const commands = new Map(commandsOf(program).map((command) => [pathOf(command), command]))
  const flagsOf = (command: Command): string[] => command.options.flatMap(({ long }) => long ?? [])
  const flagsIn = (usage: string): string[] => usage.match(/--[a-z-]+/g) ?? []
  /** The longest command that the words begin with. */
  const named = (usage: string): string | undefined =>
    [...commands.keys()]
      .toSorted((a, b) => b.length - a.length)
      .find((path) => `${usage} `.startsWith(`${path} `))
  const usages = tableRows(await read('docs/cli.md'), 'Command').map(([usage = '']) => quoted(usage).join(''))

  test('docs/cli.md lists the commands, both ways', () => {
    expect(usages.map((usage) => named(usage) ?? usage).toSorted()).toEqual([...commands.keys()].toSorted())
  })

  test.each([...commands])('docs/cli.md lists the flags of %s', (path, command) => {
    const usage = usages.find((one) => named(one) === path) ?? ''
    expect(flagsOf(command)).toEqual(expect.arrayContaining(flagsIn(usage)))
    const shared = ['--data', '--json']
    expect(
      flagsOf(command).filter((flag) => !shared.includes(flag) && !flagsIn(usage).includes(flag)),
    ).toEqual([])
  })

  test('every page calls commands that exist, with flags that they have', () => {
    const calls = pages.flatMap(({ text }) =>
      [...text.matchAll(/(?:npx |`)encoder-bridge (?<usage>[a-z][^`\n#]*)/g)].map(
        ({ groups }) => groups?.['usage'] ?? '',
      ),
    )
    expect(calls.length).toBeGreaterThan(20)
    const wrong = calls.filter((call) => {
      const command = commands.get(named(call) ?? '')
      return (
        command === undefined || flagsIn(call).some((flag) => !['--help', ...flagsOf(command)].includes(flag))
      )
    })
    expect(wrong).toEqual([])
  })
})

describe('the tables of routes', async () => {
  const hubPage = await read('docs/hub.md')
  const hubRoutes = tableRows(hubPage, 'Path').map(
    ([path = '', methods = '']) => `${methods} ${quoted(path).join('')}`,
  )

  test('docs/control-api.md has the routes that the daemon has', async () => {
    const routes = await collectRoutes(async () => (await openControl())[Symbol.asyncDispose]())
    expect(allControlRoutes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(routes)
  })

  test('docs/control-api.md names the shapes that the daemon answers with', async () => {
    await using control = await openControl()
    const asked = allControlRoutes.filter(
      ({ method, path, form, request }) =>
        method === 'GET' &&
        form === 'json' &&
        !path.includes(':') &&
        (request === null || request.safeParse({}).success),
    )
    expect(asked.length).toBeGreaterThan(4)
    for (const { path, answer } of asked) {
      const { body } = await send(control.port, 'GET', path, bearer(control.token))
      expect(answer.parse(body), path).toEqual(body)
    }
  })

  hubTest('docs/hub.md has the routes that the hub has', async ({ hub }) => {
    const routes = await collectRoutes(async () => (await hub.restart()).close())
    expect(hubRoutes.toSorted()).toEqual(routes)
  })

  hubTest('what docs/hub.md says is not served is not served', async ({ hub }) => {
    const section = hubPage.slice(hubPage.indexOf('## Not served'))
    const paths = [...section.matchAll(/^- ([^:\n]*)/gm)].flatMap(([, names]) => quoted(names ?? ''))
    expect(paths.length).toBeGreaterThan(5)
    for (const path of paths) expect(await hub.post(path), path).toMatchObject({ status: 404 })
  })

  hubTest('each addition of docs/hub.md is a parameter that the hub checks', async ({ hub }) => {
    const additions = tableRows(hubPage, 'Addition').flatMap(([name = '']) => quoted(name))
    expect(additions).toHaveLength(6)
    const { methodId: access_method_id } = await demoCard(hub)
    for (const name of additions) {
      const answer = await hub.post('/access_methods/encode', { access_method_id, [name]: {} })
      expect(answer, name).toMatchObject({
        status: 400,
        body: { error: { validation_errors: { [name]: {} } } },
      })
    }
  })
})
