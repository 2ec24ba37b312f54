import { expect, test } from 'vitest'
import { createVirtualDevices } from './virtual-devices.ts'

const uidOf = (index: number): string => index.toString(16).toUpperCase().padStart(8, '0')

test('a virtual device remembers only so many cards, and the ones that it knows come back', async () => {
  const devices = createVirtualDevices()
  await devices.open('Virtual', 'virtual')
  const place = (index: number): void => devices.place('Virtual', { type: 'classic1k', uid: uidOf(index) })
  for (let index = 1; index <= 256; index += 1) {
    place(index)
    devices.remove('Virtual', undefined)
  }
  expect(() => place(257)).toThrow(expect.objectContaining({ code: 'request_invalid' }))
  expect(() => place(1)).not.toThrow()
})

test('a card that there is not takes no place among them', async () => {
  const devices = createVirtualDevices()
  await devices.open('Virtual', 'virtual')
  for (let index = 1; index <= 300; index += 1) {
    expect(() => devices.place('Virtual', { type: 'none', uid: uidOf(index) })).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    )
  }
  expect(() => devices.place('Virtual', { type: 'classic1k', uid: uidOf(1) })).not.toThrow()
})
