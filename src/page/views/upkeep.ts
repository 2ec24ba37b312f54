import { Clerks } from './clerks/clerks.tsx'
import { Connection } from './connection/connection.tsx'
import { Devices } from './devices/devices.tsx'
import { Diagnostics } from './diagnostics/diagnostics.tsx'
import { History } from './history/history.tsx'
import { Settings } from './settings/settings.tsx'
import { Setup } from './setup/setup.tsx'
import { isNew } from './setup/steps.ts'
import type { View } from './view.ts'

/** The views of whoever installs and looks after the desk. */
export const upkeepViews: readonly View[] = [
  {
    id: 'devices',
    name: ({ upkeep }) => upkeep.devices.title,
    icon: 'device',
    role: 'read_only',
    show: Devices,
  },
  {
    id: 'history',
    name: ({ upkeep }) => upkeep.history.title,
    icon: 'history',
    role: 'read_only',
    show: History,
  },
  {
    id: 'connection',
    name: ({ upkeep }) => upkeep.connection.title,
    icon: 'link',
    role: 'installer',
    show: Connection,
  },
  {
    id: 'diagnostics',
    name: ({ upkeep }) => upkeep.diagnostics.title,
    icon: 'pulse',
    role: 'read_only',
    show: Diagnostics,
  },
  {
    id: 'clerks',
    name: ({ upkeep }) => upkeep.clerks.title,
    icon: 'person',
    role: 'installer',
    show: Clerks,
  },
  {
    id: 'settings',
    name: ({ upkeep }) => upkeep.settings.title,
    icon: 'settings',
    role: 'installer',
    show: Settings,
  },
  {
    id: 'setup',
    name: ({ upkeep }) => upkeep.setup.name,
    icon: 'info',
    role: 'installer',
    isOffered: (status) => status !== null && isNew(status),
    show: Setup,
  },
]
