import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { DoctorReport } from '../../src/control/schema.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { openControl } from '../support/fake-control-ports.ts'
import { actingHeaders, addClerk, atTerminal, signIn } from './page.ts'
import { bearer, send } from './request.ts'

type Desk = Awaited<ReturnType<typeof openControl>>

/** More than any burst; the clock stands still, so that nothing is given back. */
const MANY = 500

const eventsOf = async (control: Desk, event: string): Promise<number> =>
  (await atTerminal(control).get('/v1/audit')).text.split(`"event":"${event}"`).length - 1

test('a page of another port, with which a browser sends our cookie along, takes nothing from the desk', async () => {
  await using control = await openControl(0, undefined, { clock: createFakeClock() })
  const { cookie } = await signIn(control)
  const { port } = control
  const foreign = { ...actingHeaders('http://127.0.0.1:8080', cookie), 'sec-fetch-site': 'same-site' }
  const statuses = new Set<number>()
  for (let count = 0; count < MANY; count += 1) {
    statuses.add((await send(port, 'POST', '/v1/lock', foreign, '{}')).status)
  }
  expect([...statuses]).toEqual([403, 429])
  expect((await send(port, 'GET', '/v1/status', bearer(control.token))).status).toBe(200)
  expect((await send(port, 'GET', '/v1/me', { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
})

test('links that nobody made do not fill the audit, which keeps its lines for long', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, { clock })
  const statuses: number[] = []
  for (let count = 0; count < 40; count += 1) {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ code: `guess ${count}` })
    statuses.push((await send(control.port, 'POST', '/v1/sign_in', headers, body)).status)
  }
  expect(new Set(statuses)).toEqual(new Set([403]))
  expect(await eventsOf(control, 'signInRefused')).toBe(20)
})

test('PINs that are tried while it must be waited, and locks of a page that is locked, leave no lines', async () => {
  await using control = await openControl()
  const ann = await addClerk(control, 'Ann', 'installer', '4711')
  const page = await signIn(control)
  const answers: number[] = []
  for (let count = 0; count < 12; count += 1) {
    answers.push((await page.post('/v1/switch', { by: 'pin', clerk_id: ann, pin: '0000' })).status)
    await page.post('/v1/lock')
  }
  expect(answers).toEqual([403, 403, 403, ...Array.from({ length: 9 }, () => 429)])
  expect(await eventsOf(control, 'signInRefused')).toBe(3)
  expect(await eventsOf(control, 'locked')).toBe(0)
})

test('a WebSocket that is refused is let go of, though its caller never says goodbye', async () => {
  await using control = await openControl()
  const { port } = control
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  socket.write(
    `GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 401 /)
  await once(socket, 'end')
  // The first word is answered by a reset, of which the second one learns.
  const fault = await new Promise<unknown>((resolve) => {
    socket.on('error', resolve)
    const speak = (): void =>
      void socket.write('still here', (error) => (error == null ? setImmediate(speak) : resolve(error)))
    speak()
  })
  expect(fault).toMatchObject({ code: expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/) })
})

test('examinations that are asked for at once are one, and the next one is another', async () => {
  const finishing: (() => void)[] = []
  const doctor = async (): Promise<DoctorReport> => {
    const count = finishing.length + 1
    await new Promise<void>((resolve) => finishing.push(resolve))
    return { checks: [{ name: 'node', status: 'ok', message: `Examination ${count}.` }] }
  }
  await using control = await openControl(0, undefined, { doctor })
  // In one piece, so that the last has come when the first is examined.
  const askFiveTimes = async (): Promise<readonly string[]> => {
    const socket = connect(control.port, '127.0.0.1')
    const heads = [`Host: 127.0.0.1:${control.port}`, `Authorization: Bearer ${control.token}`]
    const ask = (connection: string): string =>
      ['GET /v1/doctor HTTP/1.1', ...heads, `Connection: ${connection}`, '', ''].join('\r\n')
    socket.write(`${ask('keep-alive').repeat(4)}${ask('close')}`)
    return (await text(socket)).match(/Examination \d+\./g) ?? []
  }
  const first = askFiveTimes()
  await expect.poll(() => finishing.length).toBe(1)
  finishing[0]?.()
  expect(await first).toEqual(Array(5).fill('Examination 1.'))
  const second = askFiveTimes()
  await expect.poll(() => finishing.length).toBe(2)
  finishing[1]?.()
  expect(await second).toEqual(Array(5).fill('Examination 2.'))
})
