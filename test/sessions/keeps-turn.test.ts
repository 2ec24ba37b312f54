import { expect, it } from 'vitest'
import { openDesk } from './desk.ts'

const uid = 'DEADBEEF'

it('an encoder that does not come to rest is opened anew before the next order gets it, once, and in its turn', async () => {
  await using desk = await openDesk()
  const first = desk.scan()
  await desk.reaches(first, 'waitingForCard')
  const second = desk.scan()
  const third = desk.scan()
  const seen: string[] = []
  desk.sessions.onChange(({ orderId, state }) => {
    if (state === 'leasing' || state === 'ended') seen.push(`${orderId} ${state}`)
  })
  desk.encoders.onChange(() => {
    if (desk.encoders.list()[0]?.state === 'absent') desk.emulators[0]?.powerCycle()
  })
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
  desk.emulators[0]?.inject({ fault: 'silent' })
  desk.sessions.cancel(first)
  await desk.ending(first)
  expect(await desk.ending(second)).toMatchObject({ kind: 'scanned', uid })
  expect(await desk.ending(third)).toMatchObject({ kind: 'scanned', uid })
  expect(seen).toEqual([
    `${first} ended`,
    `${second} leasing`,
    `${second} ended`,
    `${third} leasing`,
    `${third} ended`,
  ])
})

it('an order whose encoder is unplugged keeps its turn: its card is not taken for the next order', async () => {
  await using desk = await openDesk()
  const first = desk.order()
  await desk.reaches(first, 'waitingForCard')
  const second = desk.scan()
  desk.lines[0]?.unplug()
  await desk.reaches(first, 'queued')
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
  const ended: string[] = []
  desk.sessions.onChange(({ orderId, state }) => {
    if (state === 'ended') ended.push(orderId)
  })
  await desk.ending(second)
  expect(await desk.ending(first)).toMatchObject({ kind: 'encoded' })
  expect(ended).toEqual([first, second])
})

it('an encoder that is taken over in mid-write goes to the next order when the truth about the card is told', async () => {
  await using desk = await openDesk({ layout: 'image' })
  const [encoderId] = desk.encoderIds
  if (encoderId === undefined) throw new Error('no encoder')
  const ended: string[] = []
  desk.sessions.onChange(({ orderId, state }) => {
    if (state === 'ended') ended.push(orderId)
  })
  const first = desk.order()
  const second = desk.scan()
  const stop = desk.sessions.onChange(({ progress }) => {
    if (progress === null || progress.done < 6) return
    stop()
    desk.encoders.takeOver(encoderId, first)
  })
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
  expect(await desk.ending(first)).toMatchObject({ kind: 'spoiled', code: 'device_busy', uid })
  await desk.ending(second)
  expect(ended).toEqual([first, second])
})
