import { execFileSync } from 'node:child_process'
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { RunningCommand } from '../support/command.ts'
import { testUnless } from '../support/skip.ts'
import { openSite, poll, type Site } from '../support/site.ts'
import { runToFailure } from '../support/told.ts'

const uid = 'DEADBEEF'
const SIZE_BYTES = 4_194_304

const mount = (folder: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(SIZE_BYTES)},mode=0700`, 'none', folder], {
    stdio: 'ignore',
  })
}

const unmount = (folder: string): void => {
  execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' })
}

const reasonNotToMount = (): string | null => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    mount(folder)
    unmount(folder)
    return null
  } catch {
    return 'full disk under the daemon: this user may not mount a tmpfs (run as root)'
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const test = testUnless(reasonNotToMount())

/** The desk's data directory as a disk of its own, that can be filled to the last byte. */
interface Disk extends Disposable {
  fill(): void
  free(): void
}

const putOnOwnDisk = (site: Site): Disk => {
  const desk = join(site.folder, 'desk')
  const aside = join(site.folder, 'aside')
  cpSync(desk, aside, { recursive: true })
  mount(desk)
  cpSync(aside, desk, { recursive: true })
  const ballast = join(desk, 'ballast')
  return {
    fill: () => {
      const file = openSync(ballast, 'a')
      try {
        for (;;) writeSync(file, new Uint8Array(4096))
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' })
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast),
    [Symbol.dispose]: () => unmount(desk),
  }
}

/** The hub lists an encoder before the desk has stored what the welcome brings; an earlier full disk keeps the link down. */
const linkIsUp = (site: Site): Promise<true> =>
  poll(async () => {
    const status: unknown = await site.control('/v1/status')
    return (status as { link: { state: string } }).link.state === 'connected' ? true : null
  })

const sumOfWrites = async (site: Site): Promise<number> =>
  (await site.emulator.writes(uid)).reduce((sum, count) => sum + count, 0)

/** The supervisor offers the ending to the journal again and again. */
const endingIsHeld = (daemon: RunningCommand): Promise<true> =>
  poll(async () => (daemon.output().includes('the ending could not be journalled') ? true : null))

const endedAttempt = (site: Site, action_attempt_id: string) =>
  poll(async () => {
    const attempt = await site.seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: false })
    return attempt.status === 'pending' ? null : attempt
  })

const order = async (site: Site, access_method_id: string): Promise<string> => {
  const acs_encoder_id = await site.encoderId()
  const { action_attempt_id } = await site.seam.accessMethods.encode(
    { access_method_id, acs_encoder_id },
    { waitForActionAttempt: false },
  )
  return action_attempt_id
}

const isIssued = async (site: Site, access_method_id: string): Promise<boolean> =>
  (await site.seam.accessMethods.get({ access_method_id })).is_issued

/** Orders one more card, on a disk that has room again. */
const encodeAnother = async (site: Site): Promise<void> => {
  const another = '01020304'
  await site.emulator.ask({ do: 'remove' })
  await site.emulator.ask({ do: 'place', type: 'classic1k', uid: another })
  const access_method_id = await site.newAccessMethod()
  expect(await endedAttempt(site, await order(site, access_method_id))).toMatchObject({ status: 'success' })
  expect(await isIssued(site, access_method_id)).toBe(true)
  expect(Math.max(...(await site.emulator.writes(another)))).toBe(1)
}

test('on a full disk the daemon does not start, and says why', async () => {
  await using site = await openSite()
  using disk = putOnOwnDisk(site)
  disk.fill()
  const told = await runToFailure(['run', '--data', join(site.folder, 'desk'), '--port', '0'])
  expect(told).toMatchObject({ exit: 3, code: 'data_unwritable', owner: 'installer' })
  expect(told.nextStep).toMatch(/^Free disk space/)
})

test('with a full disk an order is refused and no card is touched; with room again the next one is encoded', async () => {
  await using site = await openSite({ uid })
  using disk = putOnOwnDisk(site)
  const daemon = site.startDaemon()
  await daemon.ready
  await linkIsUp(site)
  disk.fill()
  const refused = await endedAttempt(site, await order(site, await site.newAccessMethod()))
  expect(refused).toMatchObject({
    status: 'error',
    error: { message: expect.stringMatching(/refused the order: The data directory cannot be written/) },
  })
  expect(await runToFailure(['scan', '--data', join(site.folder, 'desk')])).toMatchObject({
    exit: 3,
    code: 'data_unwritable',
    nextStep: expect.stringContaining('no card was touched'),
  })
  expect(await sumOfWrites(site)).toBe(0)
  disk.free()
  await encodeAnother(site)
  expect(await daemon.stop()).toBe(0)
})

test('a disk that is full before the intent keeps every byte from the card', async () => {
  await using site = await openSite()
  using disk = putOnOwnDisk(site)
  const daemon = site.startDaemon()
  await daemon.ready
  const attempt = await order(site, await site.newAccessMethod())
  await poll(async () => {
    const status: unknown = await site.control('/v1/status')
    const { sessions } = status as { sessions: readonly { state: string }[] }
    return sessions[0]?.state === 'waiting_for_card' ? true : null
  })
  disk.fill()
  await site.emulator.ask({ do: 'place', type: 'classic1k', uid })
  await endingIsHeld(daemon)
  expect(await sumOfWrites(site)).toBe(0)
  disk.free()
  expect(await endedAttempt(site, attempt)).toMatchObject({ status: 'error' })
  expect(await sumOfWrites(site)).toBe(0)
  await encodeAnother(site)
  expect(await daemon.stop()).toBe(0)
})

/** A daemon that has written a whole card and can't say so. */
const startWithHeldEnding = async (site: Site, disk: Disk) => {
  const daemon = site.startDaemon()
  await daemon.ready
  const access_method_id = await site.newAccessMethod()
  const attempt = await order(site, access_method_id)
  await poll(async () => ((await sumOfWrites(site)) > 0 ? true : null))
  disk.fill()
  await endingIsHeld(daemon)
  expect(await sumOfWrites(site)).toBe(47)
  expect(await isIssued(site, access_method_id)).toBe(false)
  return { daemon, access_method_id, attempt }
}

test('a disk that is full before the ending holds it back, and the ending comes when there is room', async () => {
  await using site = await openSite({ uid, isRealtime: true, layout: 'image' })
  using disk = putOnOwnDisk(site)
  const { daemon, access_method_id, attempt } = await startWithHeldEnding(site, disk)
  disk.free()
  expect(await endedAttempt(site, attempt)).toMatchObject({ status: 'success' })
  expect(await isIssued(site, access_method_id)).toBe(true)
  expect(await sumOfWrites(site)).toBe(47)
  await encodeAnother(site)
  expect(await daemon.stop()).toBe(0)
})

test('a daemon that is killed with its ending held back reads the card again and tells the truth', async () => {
  await using site = await openSite({ uid, isRealtime: true, layout: 'image' })
  using disk = putOnOwnDisk(site)
  const { daemon, access_method_id, attempt } = await startWithHeldEnding(site, disk)
  await daemon.kill()
  disk.free()
  const survivor = site.startDaemon()
  await survivor.ready
  expect(await endedAttempt(site, attempt)).toMatchObject({ status: 'success' })
  expect(await isIssued(site, access_method_id)).toBe(true)
  expect(await sumOfWrites(site)).toBe(47)
  expect(await survivor.stop()).toBe(0)
})
