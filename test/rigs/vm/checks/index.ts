import type { Check } from './check.ts'
import { hidChecks } from './hid.ts'
import { identityChecks } from './identity.ts'
import { pcscChecks } from './pcsc.ts'
import { serialChecks } from './serial.ts'

/** Everything that is checked in the machine, in this order. */
export const checks: readonly Check[] = [...serialChecks, ...identityChecks, ...pcscChecks, ...hidChecks]
