import type { Import } from './import-scan.ts'

/** One sentence about imports, with examples that show the rule at work: each of `broken` breaks it, each of `kept` doesn't. */
export interface ImportRule {
  readonly title: string
  readonly isBroken: (found: Import) => boolean
  /** Pairs of importer and specifier. */
  readonly broken: readonly (readonly [string, string])[]
  readonly kept: readonly (readonly [string, string])[]
}

const fileOf = ({ target }: Import): string => ('file' in target ? target.file : '')
const packageOf = ({ target }: Import): string => ('package' in target ? target.package : '')
const isTest = (path: string): boolean => path.startsWith('test/') || path.endsWith('.test.ts')
const isUnder = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`))

/** The folder that a rule speaks of: `src/wire`, `drivers/pn532`, `src/main.ts`. */
export const areaOf = (path: string): string => path.split('/').slice(0, 2).join('/')

interface Layer {
  readonly folder: string
  readonly title: string
  /** Folders and files besides its own. */
  readonly imports: readonly string[]
  /** Exactly these packages; without it any that no other rule keeps for another folder. */
  readonly packages?: readonly string[]
  readonly broken: readonly string[]
  readonly kept: readonly string[]
}

/** The import table of ARCHITECTURE.md. Specifiers are those of a file `x.ts` in the folder. */
export const layers: readonly Layer[] = [
  {
    folder: 'src/contract',
    title: 'contract is a leaf that imports zod only',
    imports: [],
    packages: ['zod'],
    broken: ['../wire/hex.ts', 'node:fs', 'pino', 'encoder-bridge/driver'],
    kept: ['./card.ts', 'zod'],
  },
  {
    folder: 'src/wire',
    title: 'wire imports the contract only',
    imports: ['src/contract'],
    packages: [],
    broken: ['../cards/mifare-classic.ts', 'node:fs', 'zod'],
    kept: ['../contract/errors.ts', './hex.ts'],
  },
  {
    folder: 'src/cards',
    title: 'cards imports the contract, and node:crypto for the MAC of a record',
    imports: ['src/contract'],
    packages: ['node:crypto'],
    broken: ['../wire/hex.ts', '../../drivers/index.ts', 'node:fs'],
    kept: ['../contract/card.ts', 'node:crypto'],
  },
  {
    folder: 'src/emulation',
    title: 'emulation imports the contract only, never the code under test',
    imports: ['src/contract'],
    packages: ['encoder-bridge/driver'],
    broken: ['../wire/checksum.ts', '../cards/mifare-classic.ts', 'node:events'],
    kept: ['../contract/index.ts', 'encoder-bridge/driver'],
  },
  {
    folder: 'src/transport',
    title: 'transport imports contract and wire',
    imports: ['src/contract', 'src/wire', 'src/emulation'],
    broken: ['../devices/x.ts', '../cards/x.ts', '../../drivers/pn532/protocol.ts'],
    kept: ['../contract/transport.ts', '../wire/bytes.ts', 'serialport', 'node:fs'],
  },
  {
    folder: 'src/devices',
    title: 'devices imports contract and transport',
    imports: ['src/contract', 'src/transport'],
    broken: ['../sessions/x.ts', '../journal/x.ts', '../../drivers/pn532/driver.ts'],
    kept: ['../contract/device.ts', '../transport/x.ts'],
  },
  {
    folder: 'src/sessions',
    title: 'sessions imports contract and cards',
    imports: ['src/contract', 'src/cards'],
    broken: ['../seam/x.ts', '../journal/x.ts', '../devices/x.ts'],
    kept: ['../contract/journal.ts', '../cards/layouts/index.ts', 'xstate'],
  },
  {
    folder: 'src/journal',
    title: 'journal imports the contract',
    imports: ['src/contract'],
    broken: ['../sessions/x.ts', '../seam/x.ts', '../hub/x.ts'],
    kept: ['../contract/journal.ts', '@photostructure/sqlite'],
  },
  {
    folder: 'src/rooms',
    title: 'rooms imports the contract',
    imports: ['src/contract'],
    broken: ['../sessions/x.ts', '../control/x.ts', '../cli/x.ts'],
    kept: ['../contract/rooms.ts', 'node:fs'],
  },
  {
    folder: 'src/seam-api',
    title: 'seam-api imports the contract and zod, whoever asks Seam',
    imports: ['src/contract'],
    packages: ['zod'],
    broken: ['../seam/x.ts', '../hub/x.ts', 'node:http'],
    kept: ['../contract/channel-work.ts', 'zod'],
  },
  {
    folder: 'src/seam',
    title: 'seam imports the contract and what is read of Seam’s API',
    imports: ['src/contract', 'src/seam-api'],
    broken: ['../sessions/x.ts', '../journal/x.ts', '../hub/x.ts'],
    kept: ['../contract/channel.ts', '../seam-api/answers.ts', 'ws'],
  },
  {
    folder: 'src/hub',
    title: 'hub imports the contract and what is read of Seam’s API',
    imports: ['src/contract', 'src/seam-api'],
    broken: ['../seam/x.ts', '../journal/x.ts', '../control/x.ts'],
    kept: ['../contract/channel.ts', '../seam-api/answers.ts', 'fastify'],
  },
  {
    folder: 'src/control',
    title: 'control imports the contract',
    imports: ['src/contract'],
    broken: ['../sessions/x.ts', '../journal/x.ts', '../hub/x.ts', '../cli/x.ts'],
    kept: ['../contract/session-view.ts', 'fastify'],
  },
  {
    folder: 'src/config',
    title: 'config imports the contract',
    imports: ['src/contract'],
    broken: ['../devices/x.ts', '../cli/x.ts', '../../drivers/index.ts'],
    kept: ['../contract/errors.ts', 'yaml'],
  },
  {
    folder: 'src/service',
    title: 'service imports the contract',
    imports: ['src/contract'],
    broken: ['../devices/x.ts', '../config/x.ts'],
    kept: ['../contract/transport.ts', 'node:child_process', 'koffi'],
  },
  {
    folder: 'src/client',
    title: 'client imports the control schema and the error table, so that it runs in a browser',
    imports: ['src/control/schema.ts', 'src/control/schema', 'src/contract/errors.ts'],
    packages: ['zod'],
    broken: ['../control/server.ts', '../contract/journal.ts', '../cli/table.ts', 'node:fs', 'ws'],
    kept: ['../control/schema.ts', '../contract/errors.ts', 'zod'],
  },
  {
    folder: 'src/cli',
    title:
      'cli imports the client, the control schema, the configuration, the list of rooms, the error table and what operators ask of a hub',
    imports: [
      'src/client',
      'src/control/schema.ts',
      'src/control/schema',
      'src/config',
      'src/rooms',
      'src/contract/errors.ts',
      'src/contract/hub-operations.ts',
    ],
    broken: ['../sessions/x.ts', '../control/server.ts', '../contract/journal.ts', '../../drivers/index.ts'],
    kept: [
      '../control/schema.ts',
      '../config/load.ts',
      '../rooms/csv.ts',
      '../contract/errors.ts',
      'commander',
    ],
  },
  {
    folder: 'src/page',
    title: 'page imports the client, the control schema, the error table, react and zod',
    imports: ['src/client', 'src/control/schema.ts', 'src/control/schema', 'src/contract/errors.ts'],
    packages: ['react', 'react-dom', 'uqr', 'zod', 'vite', '@vitejs/plugin-react'],
    broken: ['../control/server.ts', '../contract/journal.ts', '../cli/x.ts', 'node:fs', 'ws'],
    kept: ['../client/index.ts', '../control/schema.ts', '../contract/errors.ts', 'react', 'uqr'],
  },
]

/** The files that know everything, and that nobody knows. */
const compositionRoot = ['src/main.ts', 'src/runtime']

export const knownAreas: readonly string[] = [...layers.map(({ folder }) => folder), ...compositionRoot]

const layerRule = ({ folder, title, imports, packages, broken, kept }: Layer): ImportRule => ({
  title,
  isBroken: (found) => {
    if (isTest(found.from) || !isUnder(found.from, [folder])) return false
    if ('file' in found.target) return !isUnder(found.target.file, [folder, ...imports])
    return packages !== undefined && !packages.includes(found.target.package)
  },
  broken: broken.map((specifier) => [`${folder}/x.ts`, specifier]),
  kept: kept.map((specifier) => [`${folder}/x.ts`, specifier]),
})

const packageRule = (name: string, folders: readonly string[]): ImportRule => ({
  title: `only ${folders.join(' and ')} imports ${name}`,
  isBroken: (found) => packageOf(found) === name && !isTest(found.from) && !isUnder(found.from, folders),
  broken: [
    ['src/main.ts', name],
    ['src/seam/x.ts', `${name}/deep`],
    ['drivers/pn532/driver.ts', name],
  ],
  kept: [
    [`${folders[0]}/x.ts`, name],
    ['test/x.test.ts', name],
  ],
})

const isDriverFile = (path: string): boolean => /^drivers\/[^/]+\//.test(path)
const isEmulator = (path: string): boolean => /^drivers\/[^/]+\/emulator[^/]*\.ts$/.test(path)

const driverRules: readonly ImportRule[] = [
  {
    title:
      'a driver imports the contract by name, wire, cards and its own folder; its emulator also emulation',
    isBroken: (found) => {
      if (isTest(found.from) || !isDriverFile(found.from)) return false
      if ('package' in found.target) return !['encoder-bridge/driver', 'zod'].includes(found.target.package)
      const shared = ['src/wire', 'src/cards', areaOf(found.from)]
      return !isUnder(found.target.file, isEmulator(found.from) ? [...shared, 'src/emulation'] : shared)
    },
    broken: [
      ['drivers/pn532/driver.ts', '../../src/contract/errors.ts'],
      ['drivers/pn532/driver.ts', '../../src/emulation/x.ts'],
      ['drivers/pn532/driver.ts', '../../src/transport/x.ts'],
      ['drivers/pn532/driver.ts', '../index.ts'],
      ['drivers/pn532/driver.ts', 'fs'],
      ['drivers/pn532/driver.ts', 'node:net'],
      ['drivers/pn532/emulator.ts', 'pino'],
    ],
    kept: [
      ['drivers/pn532/driver.ts', 'encoder-bridge/driver'],
      ['drivers/pn532/driver.ts', '../../src/wire/hex.ts'],
      ['drivers/pn532/emulator.ts', '../../src/emulation/x.ts'],
      ['drivers/pn532/index.ts', './emulator.ts'],
      ['drivers/pn532/protocol.test.ts', 'fast-check'],
    ],
  },
  {
    title: 'no driver imports another, in tests neither',
    isBroken: (found) =>
      isDriverFile(found.from) && isDriverFile(fileOf(found)) && areaOf(fileOf(found)) !== areaOf(found.from),
    broken: [
      ['drivers/pn532/driver.ts', '../msr605/protocol.ts'],
      ['drivers/pn532/protocol.test.ts', '../msr605/protocol.ts'],
    ],
    kept: [['drivers/index.ts', './pn532/index.ts']],
  },
  {
    title: 'of its driver an emulator imports emulator files only: a wrong byte would agree with itself',
    isBroken: (found) =>
      !isTest(found.from) &&
      isEmulator(found.from) &&
      isUnder(fileOf(found), [areaOf(found.from)]) &&
      !isEmulator(fileOf(found)),
    broken: [
      ['drivers/pn532/emulator.ts', './protocol.ts'],
      ['drivers/pn532/emulator-chip.ts', './driver.ts'],
    ],
    kept: [
      ['drivers/pn532/emulator.ts', './emulator-chip.ts'],
      ['drivers/pn532/emulator.test.ts', './protocol.ts'],
    ],
  },
  {
    title: 'of its emulator a driver imports nothing; the manifest loads it',
    isBroken: (found) =>
      !isTest(found.from) &&
      isDriverFile(found.from) &&
      !isEmulator(found.from) &&
      !found.from.endsWith('/index.ts') &&
      isEmulator(fileOf(found)),
    broken: [
      ['drivers/pn532/protocol.ts', './emulator.ts'],
      ['drivers/pn532/driver.ts', './emulator-chip.ts'],
    ],
    kept: [['drivers/pn532/index.ts', './emulator.ts']],
  },
  {
    title: 'the registry imports the drivers’ index files and the contract',
    isBroken: (found) =>
      found.from === 'drivers/index.ts' &&
      !/^drivers\/[^/]+\/index\.ts$/.test(fileOf(found)) &&
      packageOf(found) !== 'encoder-bridge/driver',
    broken: [
      ['drivers/index.ts', './pn532/driver.ts'],
      ['drivers/index.ts', 'node:fs'],
      ['drivers/index.ts', '../src/contract/driver.ts'],
    ],
    kept: [
      ['drivers/index.ts', './pn532/index.ts'],
      ['drivers/index.ts', 'encoder-bridge/driver'],
    ],
  },
]

const transportKnowsTypes: ImportRule = {
  title: 'transport knows of emulation the types only',
  isBroken: (found) =>
    !isTest(found.from) &&
    isUnder(found.from, ['src/transport']) &&
    isUnder(fileOf(found), ['src/emulation']) &&
    !found.typeOnly,
  broken: [['src/transport/x.ts', '../emulation/x.ts']],
  kept: [['src/transport/x.ts', '../contract/emulator.ts']],
}

const everywhere: readonly ImportRule[] = [
  {
    title: 'nobody imports the composition root',
    isBroken: (found) => isUnder(fileOf(found), compositionRoot) && !isUnder(found.from, compositionRoot),
    broken: [
      ['src/cli/x.ts', '../main.ts'],
      ['src/cli/x.ts', '../runtime/daemon.ts'],
      ['test/e2e/x.test.ts', '../../src/main.ts'],
    ],
    kept: [
      ['src/cli/x.ts', './main.ts'],
      ['src/main.ts', './runtime/runtime.ts'],
    ],
  },
  {
    title: 'the product imports no test, benchmark or document code',
    isBroken: (found) =>
      /^(?:src|drivers)\//.test(found.from) &&
      !isTest(found.from) &&
      (isUnder(fileOf(found), ['test', 'bench', 'docs']) || fileOf(found).endsWith('.test.ts')),
    broken: [
      ['src/main.ts', '../test/support/x.ts'],
      ['src/main.ts', '../docs/pages.ts'],
      ['src/wire/hex.ts', './hex.test.ts'],
    ],
    kept: [['src/wire/hex.test.ts', '../../test/support/x.ts']],
  },
  {
    title: 'files are imported inside the repository, by relative path, and packages by name',
    isBroken: (found) =>
      /node_modules|^file:|^\/|^[A-Za-z]:[\\/]|\\/.test(found.specifier) || fileOf(found).startsWith('../'),
    broken: [
      ['src/main.ts', '../node_modules/zod/index.js'],
      ['src/main.ts', '../../elsewhere/x.ts'],
      ['src/main.ts', '/opt/x.ts'],
      ['src/main.ts', 'file:///opt/x.ts'],
      ['src/main.ts', 'C:/x.ts'],
    ],
    kept: [
      ['src/main.ts', './cli/index.ts'],
      ['src/main.ts', '@scope/name/deep'],
    ],
  },
]

export const importRules: readonly ImportRule[] = [
  ...layers.map(layerRule),
  transportKnowsTypes,
  ...driverRules,
  packageRule('node-hid', ['src/transport']),
  packageRule('serialport', ['src/transport']),
  packageRule('pcsc-mini', ['src/transport']),
  packageRule('@lydell/node-pty', ['src/transport']),
  packageRule('koffi', ['src/service', 'src/transport']),
  packageRule('xstate', ['src/sessions']),
  packageRule('@photostructure/sqlite', ['src/journal', 'src/hub']),
  packageRule('vite', ['src/page/vite.config.ts']),
  packageRule('@vitejs/plugin-react', ['src/page/vite.config.ts']),
  ...everywhere,
]
