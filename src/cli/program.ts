import { Command, Option } from 'commander'
import type { StayRequest } from '../control/schema/stays.ts'
import type { Act, Declare } from './act.ts'
import type { HubFlags } from './commands/hub.ts'
import type { Purpose } from './commands/encode.ts'
import type { PairFlags } from './commands/pair.ts'
import { HUB_ENDPOINT, HUB_PORT } from './hub-access.ts'
import { addHubOperations } from './hub-program.ts'
import type { EmulatedWay, SocketAddress } from './runtime.ts'
import { addUpkeepCommands } from './upkeep-commands.ts'
import { parseAddress, parseCopies, parseHub, parseInstant, parsePort, parseUid, parseUuid } from './flags.ts'

const CONTROL_PORT = 27_411

/** The flags that nearly every command has. */
export interface Data {
  readonly data: string
  readonly json?: boolean
}

/** What only key systems have: stays, and the list of rooms. */
const addKeySystemCommands = (
  command: Declare,
  { data, encoder }: { readonly data: Option; readonly encoder: Option },
  act: Act,
): void => {
  type Stay = Data & { encoder?: string }
  const stay = async (flags: Stay, request: StayRequest): Promise<void> =>
    act(flags, async (context) => (await import('./commands/stay.ts')).stay(context, flags, request))

  command('check-out', 'end the guests’ keys of a room in the lock system')
    .argument('<room>', 'room, as the lock system calls it')
    .addOption(data)
    .addOption(encoder)
    .action((room: string, flags: Stay) => stay(flags, { kind: 'check_out', room }))

  command('move', 'move a stay to another room, or to another end, in the lock system')
    .argument('<room>', 'room, as the lock system calls it')
    .argument('<new-room>', 'room to move to; the same where only the end changes')
    .addOption(data)
    .addOption(encoder)
    .option('--until <instant>', 'new end of the stay, an ISO instant (default: as it was)', parseInstant)
    .action((room: string, newRoom: string, flags: Stay & { until?: string }) =>
      stay(flags, {
        kind: 'move',
        room,
        new_room: newRoom,
        ...(flags.until !== undefined && { ends_at: flags.until }),
      }),
    )

  command('cancel-task', 'have an encoder of a lock system give up what it does')
    .addOption(data)
    .addOption(encoder)
    .action((flags: Stay) => stay(flags, { kind: 'cancel_task' }))

  const rooms = command('rooms', 'show which rooms of the lock system Seam’s entrances are')
    .enablePositionalOptions()
    .addOption(data)
    .action((flags: Data) =>
      act(flags, async (context) => (await import('./commands/rooms.ts')).rooms(context, flags)),
    )

  command('import', 'replace the list of rooms by a CSV file', rooms)
    .argument('<file>', 'CSV file in UTF-8')
    .addOption(data)
    .option('--check', 'only say what is wrong with the file and what it would change')
    .action((file: string, flags: Data & { check?: boolean }) =>
      act(flags, async (context) =>
        (await import('./commands/rooms-import.ts')).roomsImport(context, file, flags),
      ),
    )

  command('export', 'write the list of rooms as CSV, with every entrance of the hub', rooms)
    .addOption(data)
    .option('--out <file>', 'new file (default: standard output)')
    .option('--semicolons', 'separate by semicolons, as spreadsheets want it where a comma stands in numbers')
    .action((flags: Data & { out?: string; semicolons?: boolean }) =>
      act(flags, async (context) => (await import('./commands/rooms-export.ts')).roomsExport(context, flags)),
    )

  command('check', 'find the entrances that no key can be made for', rooms)
    .addOption(data)
    .action((flags: Data) =>
      act(flags, async (context) => (await import('./commands/rooms-check.ts')).roomsCheck(context, flags)),
    )
}

interface EmulateFlags {
  readonly json?: boolean
  readonly ptyLink?: string
  readonly listen?: SocketAddress
  readonly connect?: SocketAddress
  readonly card?: string
  readonly uid?: string
  readonly realtime?: boolean
  readonly control?: string
}

const wayOf = ({ ptyLink, listen, connect }: EmulateFlags): EmulatedWay | null => {
  if (ptyLink !== undefined) return { kind: 'pty', link: ptyLink }
  if (listen !== undefined) return { kind: 'listen', ...listen }
  return connect === undefined ? null : { kind: 'connect', ...connect }
}

/** Declares every command; what a command needs is loaded when it runs, so that the daemon carries none of it. */
export const createProgram = (version: string, defaultDataDir: string, act: Act): Command => {
  const program = new Command('encoder-bridge')
    .description('Encodes key cards at a front desk for Seam.')
    .version(version)
    // `hub` and `hub claim` both have --json: each takes the flags behind its own name.
    .enablePositionalOptions()

  const data = new Option('--data <dir>', 'data directory').default(defaultDataDir)
  const encoder = new Option('--encoder <name>', 'name or id of the encoder (default: the only one)')
  const apiKey = new Option('--api-key <key>', 'API key of the hub').env('SEAM_API_KEY')
  const config = new Option(
    '--config <file>',
    'configuration file (default: config.yaml in the data directory)',
  )
  const command = (name: string, description: string, parent = program): Command =>
    parent
      .command(name)
      .description(description)
      .option('--json', 'one JSON document on standard output, everything else on standard error')

  command('run', 'run the daemon in the foreground')
    .addOption(data)
    .addOption(config)
    .option('--port <port>', 'port of the control API', parsePort, CONTROL_PORT)
    .action((flags: Data & { config?: string; port: number }) =>
      act(flags, async (context) => (await import('./commands/run.ts')).run(context, flags)),
    )

  const hub = command('hub', 'run a hub in the foreground')
    .enablePositionalOptions()
    .addOption(data)
    .option('--host <address>', 'address to listen on; one of the network needs a certificate', '127.0.0.1')
    .option('--port <port>', 'port of the hub', parsePort, HUB_PORT)
    .option('--tls-cert <file>', 'certificate of the hub (PEM), with its chain')
    .option('--tls-key <file>', 'key of the certificate (PEM), that nobody else can read')
    .option('--public-url <url>', 'where people reach the hub, for links that it hands out')
    .addOption(new Option('--seed <name>', 'fill the hub with an example').choices(['demo']))
    .option('--upstream <url>', 'stand in front of Seam: local encoders here, everything else there')
    .option('--upstream-key-file <file>', 'file with the API key for --upstream, for nobody else to read')
    .option('--upstream-ca-file <file>', 'certificates (PEM) to trust for --upstream, and no others')
    .action((flags: Data & HubFlags) =>
      act(flags, async (context) => (await import('./commands/hub.ts')).hub(context, flags)),
    )

  addHubOperations(command, hub, { data, apiKey }, act)

  command('claim', 'take the bridge that shows this code into the workspace of an API key', hub)
    .argument('<code>', 'pairing code')
    .option('--hub <url>', 'address of the hub', parseHub, HUB_ENDPOINT)
    .addOption(apiKey)
    .option('--system <id>', 'access system to serve (default: a new one)', parseUuid)
    .action((code: string, flags: { json?: boolean; hub: string; apiKey?: string; system?: string }) =>
      act(flags, async (context) => (await import('./commands/hub-claim.ts')).hubClaim(context, code, flags)),
    )

  command('pair', 'pair this desk with a hub')
    .addOption(data)
    .requiredOption('--hub <url>', 'address of the hub', parseHub)
    .addOption(apiKey)
    .option('--system <id>', 'access system to serve, with --api-key (default: a new one)', parseUuid)
    .option('--enrolment-token-file <file>', 'file with an enrolment token, that nobody else can read')
    .action((flags: PairFlags) =>
      act(flags, async (context) => (await import('./commands/pair.ts')).pair(context, flags)),
    )

  command('demo', 'show everything with a seeded hub and an emulated encoder')
    .option('--once', 'end after it was shown; exit code 0 only if all of it was observed')
    .action((flags: { json?: boolean; once?: boolean }) =>
      act(flags, async (context) => (await import('./commands/demo.ts')).demo(context, flags)),
    )

  const devices = command('devices', 'list the encoders, the drivers and what is connected')
    .enablePositionalOptions()
    .addOption(data)
    .option('--probe', 'ask what is connected, and in no encoder’s use, what it is: this writes to it')
    .addOption(new Option('--watch', 'go on and tell what happens, until Ctrl-C').conflicts('probe'))
    .option('--reveal', 'with --watch: also what scanners read, which may be the numbers of cards')
    .action((flags: Data & { probe?: boolean; watch?: boolean; reveal?: boolean }) =>
      act(flags, async (context) =>
        flags.watch === true
          ? (await import('./commands/devices-watch.ts')).devicesWatch(context, flags)
          : (await import('./commands/devices.ts')).devices(context, flags),
      ),
    )

  command('identify', 'tell encoders apart: by their lights, or by a card that is shown to one', devices)
    .argument('[name]', 'encoder that is meant')
    .addOption(data)
    .action((name: string | undefined, flags: Data) =>
      act(flags, async (context) =>
        (await import('./commands/devices-identify.ts')).devicesIdentify(context, name, flags),
      ),
    )

  command('accept', 'use the device that is connected in place of the one that was set up', devices)
    .argument('<name>', 'encoder that it is from now on')
    .addOption(data)
    .action((name: string, flags: Data) =>
      act(flags, async (context) =>
        (await import('./commands/devices-accept.ts')).devicesAccept(context, name, flags),
      ),
    )

  command('record', 'talk with a device and keep what was said, as fixtures of its driver')
    .argument('[device]', 'device of the configuration')
    .addOption(data)
    .addOption(config)
    .option('--driver <id>', 'with --path, in place of a device of the configuration')
    .option('--path <path>', 'port or reader')
    .requiredOption('--out <file>', 'new file for the recording')
    .option('--blank <hex...>', 'secrets to replace by zeros, besides those of the configuration')
    .action(
      (
        device: string | undefined,
        flags: Data & { config?: string; driver?: string; path?: string; out: string; blank?: string[] },
      ) =>
        act(flags, async (context) => (await import('./commands/record.ts')).record(context, device, flags)),
    )

  command('encode', 'write the card of an access method and read it back')
    .argument('[access-method-id]', 'access method of mode card (default: chosen on the terminal)', parseUuid)
    .addOption(data)
    .addOption(encoder)
    .addOption(
      new Option('--purpose <purpose>', 'what the card is meant to be (default: new)').choices([
        'new',
        'additional',
        'replacement',
        'one_shot',
      ]),
    )
    .option('--copies <count>', 'how many keys a lock system is to make (default: 1)', parseCopies)
    .option('--confirm', 'answer yes: earlier keys of the door may die, an occupied card may be overwritten')
    .action(
      (
        accessMethodId: string | undefined,
        flags: Data & { encoder?: string; purpose?: Purpose; copies?: number; confirm?: boolean },
      ) =>
        act(flags, async (context) =>
          (await import('./commands/encode.ts')).encode(context, accessMethodId, flags),
        ),
    )

  command('assign', 'read a card and give it to an access method by its number')
    .argument('<access-method-id>', 'access method that asks for a card of the stock', parseUuid)
    .addOption(data)
    .addOption(encoder)
    .action((accessMethodId: string, flags: Data & { encoder?: string }) =>
      act(flags, async (context) =>
        (await import('./commands/assign.ts')).assign(context, accessMethodId, flags),
      ),
    )

  command('scan', 'read a card and compare it with what Seam has')
    .addOption(data)
    .addOption(encoder)
    .option(
      '--assign-to-user <id>',
      'user identity whose card it becomes, at an encoder of Seam’s',
      parseUuid,
    )
    .action((flags: Data & { encoder?: string; assignToUser?: string }) =>
      act(flags, async (context) => (await import('./commands/scan.ts')).scan(context, flags)),
    )

  addKeySystemCommands(command, { data, encoder }, act)

  command('status', 'show the link, the encoders, open sessions and waiting results')
    .addOption(data)
    .action((flags: Data) =>
      act(flags, async (context) => (await import('./commands/status.ts')).status(context, flags)),
    )

  command('doctor', 'find out what is wrong on this computer')
    .addOption(data)
    .addOption(config)
    .action((flags: Data & { config?: string }) =>
      act(flags, async (context) => (await import('./commands/doctor.ts')).doctor(context, flags)),
    )

  addUpkeepCommands(program, command, { data, config }, act)

  program
    .command('audit')
    .description('print the audit trail as JSON lines')
    .addOption(data)
    .option('--since <instant>', 'from this ISO instant on', parseInstant)
    .action((flags: Data & { since?: string }) =>
      act(flags, async (context) => (await import('./commands/audit.ts')).audit(context, flags)),
    )

  command('emulate', 'put an emulated device on a pseudo-terminal or a network')
    .argument('<driver>', 'driver whose device to emulate')
    .option('--pty-link <path>', 'where the link to the pseudo-terminal appears')
    .addOption(
      new Option('--listen <address:port>', 'where hosts connect to it; port 0 takes any free one')
        .argParser(parseAddress)
        .conflicts('ptyLink'),
    )
    .addOption(
      new Option('--connect <host:port>', 'host that it connects to, again and again')
        .argParser(parseAddress)
        .conflicts(['ptyLink', 'listen']),
    )
    .option('--card <type>', 'card in the field, like classic1k; key for a lock system (default: none)')
    .option('--uid <hex>', 'UID of the card: 4 or 7 bytes, 5 for EM4100', parseUid)
    .option('--realtime', 'take the time that the line and the card take')
    .option('--control <socket>', 'socket that takes commands: place, remove and dump cards, inject faults')
    .action((driver: string, flags: EmulateFlags, self: Command) => {
      const way = wayOf(flags)
      if (way === null) self.error('error: One of --pty-link, --listen and --connect is needed.')
      return act(flags, async (context) =>
        (await import('./commands/emulate.ts')).emulate(context, driver, { ...flags, way }),
      )
    })

  return program
}
