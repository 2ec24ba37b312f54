import { clerk } from './en/clerk.ts'
import { errors } from './en/errors.ts'
import { shell } from './en/shell.ts'
import { upkeep } from './en/upkeep.ts'

/** Every text of the page. English is the language that the others are held to. */
export const en = { ...shell, ...clerk, errors, upkeep }
export type Texts = typeof en
