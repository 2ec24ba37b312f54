/** A wall-clock time at the property, as lock systems keep it: no zone, no seconds. `month` and `day` count from 1. */
export interface LocalTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

/** The wall-clock time of an instant in an IANA zone; seconds are cut off. Throws a RangeError for a zone that is unknown here. */
export const localTimeOf = (instant: string, timeZone: string): LocalTime => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(new Date(instant))
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value)
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
  }
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0')

/** `2026-11-23 15:00` */
export const localText = ({ year, month, day, hour, minute }: LocalTime): string =>
  `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)} ${digits(hour, 2)}:${digits(minute, 2)}`
