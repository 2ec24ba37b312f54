import { expect } from 'vitest'
import { testUnless } from '../support/skip.ts'
import { openSite, poll } from '../support/site.ts'

const uid = 'DEADBEEF'
const test = testUnless(
  process.platform === 'win32' ? 'a killed daemon’s line speed: Windows has no pseudoterminals' : null,
)

test('a board that a killed daemon left at 921600 baud is found by the next one, and the session ends truthfully', async () => {
  await using site = await openSite({ uid, isRealtime: true, layout: 'image', sessionBaudRate: 921_600 })
  const baudRate = async (): Promise<unknown> => (await site.emulator.ask({ do: 'baudRate' }))['baudRate']
  const daemon = site.startDaemon()
  await daemon.ready
  const { action_attempt_id } = await site.seam.accessMethods.encode(
    { access_method_id: await site.newAccessMethod(), acs_encoder_id: await site.encoderId() },
    { waitForActionAttempt: false },
  )
  await poll(async () => ((await site.emulator.writes(uid)).some((count) => count > 0) ? true : null))
  await daemon.kill()
  expect(await baudRate()).toBe(921_600)

  const survivor = site.startDaemon()
  await survivor.ready
  const ended = await poll(async () => {
    const now = await site.seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: false })
    return now.status === 'pending' ? null : now
  })
  expect(ended).toMatchObject({ status: 'error', error: { type: 'encoding_interrupted' } })
  expect(await survivor.stop()).toBe(0)
  expect(await baudRate()).toBe(115_200)
}, 60_000)
