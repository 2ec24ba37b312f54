import { BridgeError, type Clock } from 'encoder-bridge/driver'
import { ACK, encodePmsFrame, NAK } from '../../src/wire/pms-frames.ts'
import type { PmsLine } from '../../src/wire/pms-line.ts'
import { cancelCommand } from './protocol.ts'

/** For ENQ, EX and both answers. */
const GIVE_UP_MS = 4000

/** An answer that can be to no other command than one that awaited a card. */
const isCardAnswer = ([code = '']: readonly string[]): boolean => /^(?:CN|CC|CA)\d?$|^LT$/.test(code)

/**
 * Has the lock system end the task of an encoder by EX, and brings the answer of the task; null when it can't be told. There are
 * two answers then, the task's and that of EX, and a refusal does not say to which command it is: it is the task's
 * where the other one is the echo of EX. That EX is taken while an encoder waits, and that its task is answered too, is
 * *unverified*: batiati/Onity (CommandType.cs) says only that EX cancels a task and ejects the card.
 */
export const giveUpTask = async (
  line: PmsLine,
  clock: Clock,
  encoder: string,
): Promise<readonly string[] | null> => {
  const untilMs = clock.now() + GIVE_UP_MS
  const answers: (readonly string[])[] = []
  let isSent = false
  line.enquire()
  while (answers.length < 2) {
    const event = await line.next(untilMs - clock.now())
    if (event === null || (event.kind === 'control' && event.byte === NAK)) break
    if (event.kind === 'frame') answers.push(event.fields)
    // What was answered meanwhile needs no EX.
    if (!isSent && answers.length > 0) return answers[0] ?? null
    if (isSent || event.kind !== 'control' || event.byte !== ACK) continue
    line.send(encodePmsFrame(cancelCommand(encoder).fields))
    isSent = true
  }
  const echo = answers.find(([code]) => code === 'EX')
  const others = answers.filter((answer) => answer !== echo)
  const own = others.find(isCardAnswer) ?? (echo === undefined ? undefined : others[0])
  if (own !== undefined && answers.length < 2) {
    line.lose(new BridgeError('device_lost', 'The link was ended because the answer to EX did not come.'))
  }
  return own ?? null
}
