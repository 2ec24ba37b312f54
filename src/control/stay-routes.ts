import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { KeyAbilities } from '../contract/key-system.ts'
import type { StaySubject } from '../contract/order.ts'
import { chooseEncoder } from './choose-encoder.ts'
import type { ControlPorts } from './ports.ts'
import type { StayRequest } from './schema/stays.ts'
import type { Serve } from './serve.ts'

const abilities = {
  checkOut: { ability: 'checksOut', does: 'check rooms out' },
  moveStay: { ability: 'movesStays', does: 'move stays' },
  cancelTask: { ability: 'cancelsTasks', does: 'cancel what its encoders do' },
} as const satisfies Record<StaySubject['kind'], { ability: keyof KeyAbilities; does: string }>

const subjectOf = (request: StayRequest): StaySubject => {
  switch (request.kind) {
    case 'check_out':
      return { kind: 'checkOut', room: request.room }
    case 'move': {
      const { room, new_room: newRoom, ends_at: endsAt = null } = request
      if (room === newRoom && endsAt === null) {
        throw new BridgeError('request_invalid', 'Name another room, or another end.')
      }
      return { kind: 'moveStay', room, newRoom, endsAt }
    }
    case 'cancel_task':
      return { kind: 'cancelTask' }
  }
}

/** Serves the desk's orders to key systems: those that make no key. */
export const addStayRoute = (
  serve: Serve,
  { encoders, orderStay }: Pick<ControlPorts, 'encoders' | 'orderStay'>,
): void => {
  serve.stay(async ({ request, caller }) => {
    const stay = subjectOf(request)
    const { ability, does } = abilities[stay.kind]
    const isAble = ({ keys }: EncoderView): boolean => keys?.[ability] === true
    const all = encoders.list()
    const able = all.filter(isAble)
    if (request.encoder === undefined && able.length === 0) {
      throw new BridgeError(
        'not_supported',
        `No encoder of this desk belongs to a lock system that can ${does}.`,
      )
    }
    const chosen = chooseEncoder(request.encoder === undefined ? able : all, request.encoder)
    if (chosen.keys === null) {
      throw new BridgeError('not_supported', `“${chosen.name}” belongs to no lock system.`)
    }
    if (!isAble(chosen)) {
      throw new BridgeError(
        'not_supported',
        `The lock system of “${chosen.name}” can’t ${does} over this link.`,
      )
    }
    return { order_id: await orderStay(chosen.encoderId, stay, caller.label) }
  })
}
