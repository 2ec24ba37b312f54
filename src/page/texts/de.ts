import { clerk } from './de/clerk.ts'
import { errors } from './de/errors.ts'
import { shell } from './de/shell.ts'
import { upkeep } from './de/upkeep.ts'
import type { Texts } from './en.ts'

export const de: Texts = { ...shell, ...clerk, errors, upkeep }
