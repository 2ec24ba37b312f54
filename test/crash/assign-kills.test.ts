import { expect, test } from 'vitest'
import { type AssigningSeam, METHOD_ID, openAssigningSeam } from '../support/assigning-seam.ts'
import { startRestDesk } from '../support/rest-desk.ts'
import { poll } from '../support/site.ts'

const SHOWN = '4711'
const ANOTHER = '8150'
const scanner = { driver: 'virtual-scanner', name: 'Lobby' }

type Desk = Awaited<ReturnType<typeof startRestDesk>>

const show = (desk: Desk, text: string) =>
  desk.control('/v1/virtual/present', { encoder: 'Lobby', technology: 'barcode', text })

const isAssignment = (path: string): boolean => path === '/access_methods/assign_card'

/** Has a card assigned by a desk that is killed (SIGKILL) at that question to Seam, which is left without an answer. */
const killAt = async (seam: AssigningSeam, isFatal: (path: string, body: object) => boolean) => {
  const desk = await startRestDesk(seam, scanner)
  const { order_id } = await desk.control('/v1/assigns', { access_method_id: METHOD_ID, encoder: 'Lobby' })
  await poll(async () => {
    const { state } = await desk.control(`/v1/sessions/${order_id}`)
    return state === 'waiting_for_card' ? true : null
  })
  const killed = new Promise<void>((resolve) => {
    seam.onAsked = ({ path, body }) => {
      if (!isFatal(path, body)) return false
      desk.daemon.child.kill('SIGKILL')
      resolve()
      return true
    }
  })
  await show(desk, SHOWN)
  await killed
  expect(await desk.daemon.exited).toBe('SIGKILL')
  seam.onAsked = () => false
  return order_id as string
}

/** The desk starts again, somebody shows it another card at once, and the order comes to its end. */
const endingAfterRestart = async (seam: AssigningSeam, orderId: string) => {
  await using desk = await startRestDesk(seam, scanner)
  await show(desk, ANOTHER)
  return await poll(async () => {
    const session = await desk.control(`/v1/sessions/${orderId}`)
    return session.state === 'ended' ? session.ending : null
  })
}

test.concurrent('a desk killed after Seam has assigned the card finds it assigned, and asks for nothing', async () => {
  await using seam = await openAssigningSeam()
  const orderId = await killAt(seam, (path) => {
    if (isAssignment(path)) seam.issuedWith = SHOWN
    return isAssignment(path)
  })
  expect(await endingAfterRestart(seam, orderId)).toMatchObject({ kind: 'assigned', card_number: SHOWN })
  expect(seam.assignments()).toEqual([SHOWN])
})

test.concurrent('a desk killed while Seam still works at it waits for what becomes of it', async () => {
  await using seam = await openAssigningSeam()
  const orderId = await killAt(seam, isAssignment)
  let looks = 0
  seam.onAsked = ({ path, body }) => {
    if (path === '/access_methods/get_related' && isLook(body)) looks += 1
    if (looks === 3) seam.issuedWith = SHOWN
    return false
  }
  expect(await endingAfterRestart(seam, orderId)).toMatchObject({ kind: 'assigned', card_number: SHOWN })
  expect(seam.assignments()).toEqual([SHOWN])
})

/** As src/seam/rest/rest-cards.ts asks how an access method stands. */
const isLook = (body: object): boolean => JSON.stringify(body).includes('acs_credentials')

test.concurrent('a desk killed before the access method got another card says that its own was not given away', async () => {
  await using seam = await openAssigningSeam()
  const orderId = await killAt(seam, isAssignment)
  seam.issuedWith = ANOTHER
  expect(await endingAfterRestart(seam, orderId)).toMatchObject({
    kind: 'untouched',
    error: { code: 'card_not_assigned' },
  })
  expect(seam.assignments()).toEqual([SHOWN])
})

// The two minutes for which a desk looks (docs/rest-mode.md) are real ones here: what is killed has no clock that a test could move.
test.concurrent.each([
  ['whose question nobody heard', (path: string) => isAssignment(path), [SHOWN]],
  ['before it had asked', (path: string, body: object) => path.endsWith('related') && isLook(body), []],
] as const)('a desk killed %s does not ask again, and says that nobody knows', async (_, isFatal, asked) => {
  await using seam = await openAssigningSeam()
  const orderId = await killAt(seam, isFatal)
  expect(await endingAfterRestart(seam, orderId)).toMatchObject({
    kind: 'unknown',
    error: { code: 'outcome_unknown' },
  })
  expect(seam.assignments()).toEqual(asked)
  expect(seam.issuedWith).toBeNull()
})
