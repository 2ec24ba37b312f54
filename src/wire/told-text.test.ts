import { expect, test } from 'vitest'
import { toldText } from './told-text.ts'

test.each([
  ['escape sequences', '\u001b[2J\u009b2Jgone', '[2J 2Jgone'],
  ['line ends', 'one\r\ntwo\tthree', 'one  two three'],
  ['reversed writing', 'Zimmer \u202e101\u202c', 'Zimmer  101'],
  ['letters of any alphabet', 'Raum „Süd“ 部屋', 'Raum „Süd“ 部屋'],
])('%s of a lock system draw nothing over a screen', (_, told, shown) => {
  expect(toldText(told, 100)).toBe(shown)
})

test('what is too long is cut', () => {
  expect(toldText('123456', 4)).toBe('1234')
})
