import { z } from 'zod'
import { drivers } from '../../drivers/index.ts'
import { createLayouts } from '../../src/cards/layouts/index.ts'
import { variableOf } from '../../src/config/environment.ts'
import { configJsonSchema, settingPaths } from '../../src/config/schema.ts'
import type { Driver } from '../../src/contract/driver.ts'
import { shapeOf } from './shape.ts'
import type { JsonSchema } from './shape.ts'

const layouts = createLayouts([])

/** docs/configuration.schema.json: for editors that check YAML while it is written. */
export const renderConfigurationSchema = (): string => `${JSON.stringify(configJsonSchema(), null, 2)}\n`

/** docs/configuration.md: every setting, its variable and its default. */
export const renderConfiguration = async (): Promise<string> => `# Configuration

The daemon reads \`config.yaml\` in its data directory, or the file that \`run --config FILE\` names. It runs without one; then it
has no encoder. Defaults come first, then the file, then the environment.

\`\`\`yaml
hub: { endpoint: https://hub.example.com }
devices:
  - { driver: pn532, path: /dev/ttyUSB0, name: Front Desk }
  - { driver: pn532, path: /dev/ttyUSB1, name: Back Office, options: { sessionBaudRate: 460800 } }
sessions: { cardTimeoutSeconds: 90 }
limits: { technologies: [mifare-classic-1k], cardsAnHour: 200 }
\`\`\`

A mistake is refused at the start with the file, the line, the setting and what is allowed there (\`config_invalid\`). Settings that don't exist
are refused too, \`BRIDGE_\` variables included. A change takes effect at the next start.

[configuration.schema.json](configuration.schema.json) is the same as JSON Schema. In an editor with the YAML language server, this first line makes it
complete and check the file:

\`\`\`yaml
# yaml-language-server: $schema=node_modules/encoder-bridge/docs/configuration.schema.json
\`\`\`

This page and the schema are generated from \`src/config/schema.ts\` by \`npm run docs\`.

## Settings

A variable's value is YAML; an empty variable counts as unset.

| Setting | Variable | Value | Default |
|---|---|---|---|
${settingPaths()
  .map((path) => row(path.join('.'), `\`${variableOf(path)}\``, settingAt(path)))
  .join('\n')}

Without \`hub.endpoint\` the daemon uses the address that it was paired at.

## The network between

Everything that the bridge sends goes to the hub, over https, and through the proxy that \`HTTPS_PROXY\` names (\`http://proxy:3128\`, with
\`user:password@\` where it wants one; no SOCKS). \`NO_PROXY\` lists hosts that are reached without it: a name stands for all below it, a port may follow, \`*\`
is every host. A hub on this computer never has a proxy before it. Where the proxy lets no WebSocket through, the bridge polls, and tries again by itself.
\`pair\`, without a daemon, reads \`hub.caFile\` of the data directory's configuration; \`hub claim\` is a command of whoever holds the API key: it trusts what \`NODE_EXTRA_CA_CERTS\`
adds, and knows no proxy.

## An encoder in \`devices\`

| Setting | Value | Default |
|---|---|---|
${Object.entries(settingAt(['devices']).items?.properties ?? {})
  .map(([name, schema]) => row(name, null, schema))
  .join('\n')}

At first sight a device is selected by \`path\`, by \`match\`, or, with neither, by its driver alone if exactly one connected device
fits. From then on it is known by what it is, wherever it is plugged in: by its USB serial number; where that tells nothing, by its USB
port; else by what its protocol tells, and at last by its path. Two that nothing tells apart are not used until
\`encoder-bridge devices identify\` or a \`match\` tells them apart, and another device in its place is not used until
\`encoder-bridge devices accept\`. The encoder keeps its id through all of that; it goes with the name. USB ids stand in quotes:
\`match: { vendorId: '0403', usbPath: 1-2.3 }\`. On Linux a stable link under \`/dev/serial/by-id/\` is a path too.

## A lock system in \`devices\`

A device of a [key system](key-systems.md) is a link with one or many encoders, and each of these is an encoder of its own. On a network it is where its
\`path\` says and nothing else: it is neither searched for nor quarantined.

\`\`\`yaml
devices:
  - driver: fias
    path: tcp-listen://0.0.0.0:5010?from=pms.example.com
    name: Hotel
    encoders: [{ name: Front Desk, address: '1' }, { name: Back Office, address: '2' }]
\`\`\`

| Setting of \`encoders\` | Value | Default |
|---|---|---|
${Object.entries(settingAt(['devices']).items?.properties?.['encoders']?.items?.properties ?? {})
  .map(([name, schema]) => row(name, null, schema))
  .join('\n')}

An encoder keeps its id with the name of its link and its address: through another host or port, a serial line in place of the network, and another name of
its own. With another name of the link, or another address, it is another encoder.

Encoders of one link work side by side, and a lost link is lost for all of them. When a call never ends, not even when it is told to, the link is closed and
opened again: an order that was under way on another of its encoders ends as \`unknown\` if its command had gone out.

## Layouts

| Layout | Cards |
|---|---|
${layouts.names
  .map((name) => layouts.named(name))
  .map(({ name, technologies }) => `| [\`${name}\`](layouts.md#${name}) | ${technologies.join(', ')} |`)
  .join('\n')}

## Options of the drivers

${(await Promise.all([...drivers].map(driverSection))).join('\n')}`

const settingAt = (path: readonly string[]): JsonSchema =>
  path.reduce<JsonSchema>((schema, key) => schema.properties?.[key] ?? {}, configJsonSchema())

const row = (
  name: string,
  variable: string | null,
  { description = '', default: fallback }: JsonSchema,
): string =>
  `| ${[`\`${name}\``, ...(variable === null ? [] : [variable]), description, showDefault(fallback)].join(' | ')} |`

const showDefault = (value: unknown): string =>
  value === undefined || value === null
    ? '–'
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``

const driverSection = async ([id, load]: [string, () => Promise<Driver>]): Promise<string> => {
  const { options, manifest } = await load()
  const schema = z.toJSONSchema(options, { io: 'input' }) as JsonSchema
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, option]) =>
      `| \`${name}\` | ${shapeOf(option).replaceAll(' | ', ', ')} | ${showDefault(option.default)} |`,
  )
  return `### ${id}

${manifest.name}; described in [its README](../drivers/${id}/README.md#configuration).

| Option | Value | Default |
|---|---|---|
${rows.join('\n')}
`
}
