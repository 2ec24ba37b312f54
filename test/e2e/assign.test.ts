import { expect, test } from 'vitest'
import { openSite, poll } from '../support/site.ts'

// What a test reads of an answer, it names where it expects it.
// oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes
type Json = any

test('a card that the hub says is to be assigned is shown, assigned by its number, and no longer waits', async () => {
  await using site = await openSite({ devices: [{ driver: 'virtual-scanner', name: 'Lobby' }] })
  const daemon = site.startDaemon()
  await daemon.ready
  const entrances: Json = await site.post('/acs/entrances/list', {})
  const [{ acs_system_id }] = entrances.acs_entrances
  const work = async (): Promise<Json[]> => {
    const { items }: Json = await site.control('/v1/work/refresh', {})
    return items
  }
  await site.post('/acs/systems/simulate/card_issuing', { acs_system_id, card_issuing: 'assignment' })
  const access_method_id = await site.newAccessMethod()
  const wanted = (items: Json[]) => items.find((one) => one.access_method_id === access_method_id)
  expect(await poll(async () => wanted(await work()) ?? null)).toMatchObject({ action: 'assign' })

  const { order_id }: Json = await site.control('/v1/assigns', { access_method_id })
  await poll(async () => {
    const { state }: Json = await site.control(`/v1/sessions/${order_id}`)
    return state === 'waiting_for_card' ? true : null
  })
  await site.control('/v1/virtual/present', { encoder: 'Lobby', technology: 'barcode', text: '4711' })
  const { ending }: Json = await poll(async () => {
    const session: Json = await site.control(`/v1/sessions/${order_id}`)
    return session.state === 'ended' ? session : null
  })
  expect(ending).toMatchObject({ kind: 'assigned', technology: 'barcode', card_number: '4711' })
  const method: Json = await site.post('/access_methods/get', { access_method_id })
  expect(method.access_method).toMatchObject({ is_issued: true, is_assignment_required: false })
  await poll(async () => (wanted(await work()) === undefined ? true : null))
}, 30_000)
