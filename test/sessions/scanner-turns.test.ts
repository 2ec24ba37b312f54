import { expect, test } from 'vitest'
import { openDesk } from './desk.ts'
import type { Desk } from './desk.ts'

const present = (desk: Desk, text: string): void =>
  desk.emulators[0]?.present({ technology: 'barcode', data: new TextEncoder().encode(text) })

test('what was read before a session began is not its own', async () => {
  await using desk = await openDesk({ driver: 'virtual-scanner' })
  await desk.ready()
  present(desk, '1')
  const order = desk.scan()
  await desk.reaches(order, 'waitingForCard')
  present(desk, '2')
  expect(await desk.ending(order)).toMatchObject({ cardNumber: '2' })
})

test('a scanner that is taken over tells each read to one session', async () => {
  await using desk = await openDesk({ driver: 'virtual-scanner' })
  const [encoderId] = desk.encoderIds
  if (encoderId === undefined) throw new Error('no scanner')
  const [first, second] = [desk.scan(), desk.scan()]
  await desk.reaches(first, 'waitingForCard')
  expect(desk.encoders.takeOver(encoderId, first)).toBe(true)
  await desk.reaches(second, 'waitingForCard')
  present(desk, '2')
  expect(await desk.ending(second)).toMatchObject({ cardNumber: '2' })
  await desk.reaches(first, 'waitingForCard')
  present(desk, '1')
  expect(await desk.ending(first)).toMatchObject({ cardNumber: '1' })
})

test('a thousand misreads are told once, and the scan goes on', async () => {
  await using desk = await openDesk({ driver: 'virtual-scanner' })
  const order = desk.scan()
  const { revision } = await desk.reaches(order, 'waitingForCard')
  desk.emulators[0]?.inject({ fault: 'unreadable', count: 1000 })
  for (let misread = 0; misread < 1000; misread += 1) present(desk, '1')
  await expect.poll(() => desk.sessions.view(order)?.prompt).toContain('could not be read')
  expect(desk.sessions.view(order)?.revision).toBe(revision + 1)
  present(desk, '2')
  expect(await desk.ending(order)).toMatchObject({ cardNumber: '2' })
})
