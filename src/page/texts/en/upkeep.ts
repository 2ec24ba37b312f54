import { clerks } from './upkeep/clerks.ts'
import { connection } from './upkeep/connection.ts'
import { devices } from './upkeep/devices.ts'
import { diagnostics } from './upkeep/diagnostics.ts'
import { history } from './upkeep/history.ts'
import { settingNames } from './upkeep/setting-names.ts'
import { settings } from './upkeep/settings.ts'
import { setup } from './upkeep/setup.ts'

/** The views of whoever installs. */
export const upkeep = { clerks, connection, devices, diagnostics, history, settingNames, settings, setup }
