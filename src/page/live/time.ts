/** Instants as people at the property read them, in its time zone. */

const formats = new Map<string, Intl.DateTimeFormat>()

/** `Tue 24 Nov, 15:00` */
export const showInstant = (instant: string, timeZone: string | undefined, language: string): string => {
  const key = `${language} ${timeZone ?? ''}`
  const known = formats.get(key)
  const format =
    known ??
    new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      ...(timeZone !== undefined && { timeZone }),
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
  if (known === undefined) formats.set(key, format)
  return format.format(new Date(instant))
}

/** `15:00:09`, in the time of this computer. */
export const showTime = (instant: string, language: string): string =>
  new Date(instant).toLocaleTimeString(language === 'en' ? 'en-GB' : language)

/** Milliseconds that a zone's wall clock is ahead of UTC at an instant. */
const aheadMs = (atMs: number, timeZone: string): number => {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs)
  const of = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value)
  const wallMs = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return wallMs - Math.floor(atMs / 1000) * 1000
}

/** What an input of type `datetime-local` shows for an instant: `2026-11-24T15:00`, in the zone. */
export const toWallClock = (instant: string, timeZone: string): string => {
  const atMs = Date.parse(instant)
  return new Date(atMs + aheadMs(atMs, timeZone)).toISOString().slice(0, 16)
}

/** The instant of a wall clock in a zone; of the hour that a change of the clocks skips, the one that follows. */
export const fromWallClock = (wallClock: string, timeZone: string): string => {
  const asUtcMs = Date.parse(`${wallClock}Z`)
  const guessMs = asUtcMs - aheadMs(asUtcMs, timeZone)
  return new Date(asUtcMs - aheadMs(guessMs, timeZone)).toISOString()
}
