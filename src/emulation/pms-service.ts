import type { Clock, EmulatedKey } from '../contract/index.ts'
import { createGuestStays } from './guest-stays.ts'
import type { KeyCard, KeyCards } from './key-cards.ts'
import { digitsOf, namesOf, PMS_ROOMS, type PmsProduct, timeOf } from './pms-product.ts'

/** What a command came to: the fields of its answer. */
type Answer = readonly string[]

interface Task {
  readonly fields: readonly string[]
  readonly command: string
  left: number
  readonly made: string[]
  readonly reply: (answer: Answer, isDone: boolean) => void
  timer: unknown
}

/** An encoder gives up waiting for a card (*unverified*: a client's limit of 30 s must include it). */
const CARD_WAIT_MS = 25_000
/** Writing or reading a card, in real time. */
const CARD_MS = 700

interface PmsService {
  /** Carries a message out. `reply` is called once; `isDone` says whether the command was carried out. */
  take(fields: readonly string[], reply: Task['reply']): void
  cardPlaced(encoder: string): void
  /** Forgets what is under way. */
  reset(): void
}

const copiesIn = (command: string): number => Number(command[2] ?? 1)

export const createPmsService = (
  product: PmsProduct,
  cards: KeyCards,
  { clock, realtime }: { readonly clock: Clock; readonly realtime: boolean },
): PmsService => {
  const stays = createGuestStays()
  const operators = new WeakMap<EmulatedKey, string>()
  const tasks = new Map<string, Task>()

  const keyOf = (command: string, fields: readonly string[]): EmulatedKey => {
    const rooms = fields.slice(3, 7).filter((room) => room !== '')
    const kind = { CN: 'new', CC: 'copy', CA: 'oneShot' } as const
    const key: EmulatedKey = {
      rooms,
      startsAt: timeOf(product, fields[9] ?? '') ?? null,
      endsAt: timeOf(product, fields[10] ?? '') ?? null,
      authorisations: namesOf(product, fields[7] ?? '').map(String),
      copy: stays.count(rooms, kind[command as keyof typeof kind]),
    }
    stays.bind(key)
    operators.set(key, fields[11] ?? '')
    return key
  }

  /** What is wrong with an order for keys, before any card is looked at. */
  const refusalOf = (command: string, fields: readonly string[]): string | undefined => {
    const rooms = fields.slice(3, 7)
    const [main = ''] = rooms
    const times = [fields[9] ?? '', fields[10] ?? ''].filter((time) => time !== '')
    const isSound =
      /^[ERT]$/.test(fields[2] ?? '') &&
      /^(?:C[NCA])[1-9]?$/.test(fields[0] ?? '') &&
      times.every((time) => timeOf(product, time) !== undefined) &&
      [...namesOf(product, fields[7] ?? ''), ...namesOf(product, fields[8] ?? '')].every((name) => name > 0)
    if (!isSound) return 'ES'
    if (main === '' || rooms.some((room) => room !== '' && !PMS_ROOMS.some((known) => known === room)))
      return 'TD'
    if (command === 'CA' && stays.oneShotsOf(main) >= product.oneShots) return 'EA'
    return undefined
  }

  const read = (card: KeyCard, encoder: string): Answer => {
    const { key, kind } = card
    const others = { staff: 'LM', spare: 'LR', diagnostic: 'LS', foreign: 'LD', key: 'LD' } as const
    if (key === null) return ['LT', encoder, others[kind]]
    const state = stays.stateOf(key)
    if (state === 'former') return ['LT', encoder, 'LC']
    const copy = key.copy === 'oneShot' ? 'A' : key.copy > product.countedCopies ? 'I' : String(key.copy)
    return [
      'LT',
      encoder,
      ...[0, 1, 2, 3].map((index) => key.rooms[index] ?? ''),
      state === 'valid' ? 'CI' : 'CO',
      copy,
      key.authorisations.map((name) => product.symbols[Number(name) - 1] ?? '').join(''),
      digitsOf(product, key.startsAt),
      digitsOf(product, key.endsAt),
      operators.get(key) ?? '',
      ...(product.readsSerialNumber ? [card.uid] : []),
    ]
  }

  const finish = (encoder: string, answer: Answer, isDone: boolean): void => {
    const task = tasks.get(encoder)
    if (task === undefined) return
    clock.clearTimeout(task.timer)
    tasks.delete(encoder)
    task.reply(answer, isDone)
  }

  const write = (task: Task, encoder: string, card: KeyCard): void => {
    const { command, fields } = task
    if (card.kind === 'foreign') return finish(encoder, ['EF'], false)
    if (card.kind === 'staff' && product.staffRefusal !== null)
      return finish(encoder, [product.staffRefusal], false)
    // Of several new keys the first is the original, and the others are copies of it.
    card.write(keyOf(command === 'CN' && task.made.length > 0 ? 'CC' : command, fields))
    task.made.push(card.uid)
    task.left -= 1
    if (task.left > 0) return work(encoder)
    const told = { none: [], last: task.made.slice(-1), all: task.made }[product.tellsSerialNumbers(fields)]
    finish(encoder, [command, encoder, ...told], true)
  }

  const handle = (encoder: string, task: Task, card: KeyCard): void => {
    if (task.command === 'LT') finish(encoder, read(card, encoder), true)
    else write(task, encoder, card)
  }

  /** Goes on with a task whenever a card is there that it has not had. */
  const work = (encoder: string): void => {
    const task = tasks.get(encoder)
    const card = cards.on(encoder).find(({ uid }) => task?.made.includes(uid) === false)
    if (task === undefined) return
    clock.clearTimeout(task.timer)
    if (card === undefined) task.timer = clock.setTimeout(() => finish(encoder, ['ED'], false), CARD_WAIT_MS)
    else if (realtime) task.timer = clock.setTimeout(() => handle(encoder, task, card), CARD_MS)
    else handle(encoder, task, card)
  }

  const begin = (command: string, fields: readonly string[], reply: Task['reply']): void => {
    const [letters = '', encoder = ''] = fields
    const task = { fields, command, left: copiesIn(letters), made: [], reply, timer: undefined }
    tasks.set(encoder, task)
    work(encoder)
  }

  const makeKeys = (command: string, fields: readonly string[], reply: Task['reply']): void => {
    const refusal = refusalOf(command, fields)
    if (refusal !== undefined) return reply([refusal], false)
    if (command !== 'CC' || stays.hasGuest(fields[3] ?? '')) return begin(command, fields, reply)
    const { copyWithoutGuest } = product
    if ('refuse' in copyWithoutGuest) reply([copyWithoutGuest.refuse], false)
    else begin(copyWithoutGuest.instead, fields, reply)
  }

  const isRoom = (room: string): boolean => PMS_ROOMS.some((known) => known === room)

  const checkOut = (encoder: string, room: string, reply: Task['reply']): void => {
    if (!isRoom(room)) return reply(['TD'], false)
    stays.checkOut(room)
    reply(['CO', encoder], true)
  }

  /** No new room: it stays the same. */
  const move = ([, room = '', other = '', end = '']: readonly string[], reply: Task['reply']): void => {
    const newRoom = other === '' ? room : other
    if (end !== '' && timeOf(product, end) === undefined) return reply(['ES'], false)
    if (!isRoom(room) || !isRoom(newRoom)) return reply(['TD'], false)
    if (!stays.move(room, newRoom)) return reply(['EA'], false)
    reply(['MC', room], true)
  }

  const take: PmsService['take'] = (fields, reply) => {
    const [letters = '', first = '', second = ''] = fields
    const command = letters.slice(0, 2)
    if (!product.commands.includes(command)) return reply(['ES'], false)
    if (command === 'MC') return move(fields, reply)
    if (command === 'CO' && first === '0') return checkOut(first, second, reply)
    if (!product.encoders.includes(first)) return reply(['NC'], false)
    if (command === 'CO') return checkOut(first, second, reply)
    if (command === 'EX') {
      // That the task is answered as if nobody had placed a card is *unverified*.
      finish(first, ['ED'], false)
      return reply(['EX', first], true)
    }
    if (tasks.has(first)) return reply(['OV'], false)
    if (command === 'LT') begin(command, ['LT', first, second], reply)
    else makeKeys(command, fields, reply)
  }

  return {
    take,
    cardPlaced: work,
    reset: () => {
      for (const { timer } of tasks.values()) clock.clearTimeout(timer)
      tasks.clear()
    },
  }
}
