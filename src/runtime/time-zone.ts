import { BridgeError } from '../contract/errors.ts'

/** This computer's IANA time zone; null where TZ holds what names none, like glibc's `:/etc/localtime`. */
export const findTimeZone = (): string | null => {
  // The declarations promise a string.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions() as { readonly timeZone?: string }
  return timeZone === undefined || timeZone === 'Etc/Unknown' ? null : timeZone
}

/** As `findTimeZone`, for whom a wrong one would make wrong times. Throws `config_invalid`. */
export const needTimeZone = (): string => {
  const timeZone = findTimeZone()
  if (timeZone !== null) return timeZone
  throw new BridgeError(
    'config_invalid',
    'The time zone of this computer is not known; set TZ to a name like Europe/Vienna.',
  )
}
