const noDevices = 'the hub has no devices'
const seams = 'Seam’s own console, portal or partners’ interface'
const byMethod = 'a card’s credential is made, changed and ended with its access method'
const noUsers = 'the hub has user identities, no users of access systems'
const allManaged = 'everything here is managed'

/** Why the hub doesn't serve what begins with these words; the longest that fits counts. */
const reasons: Readonly<Record<string, string>> = {
  '/access_codes/': 'codes are access methods here',
  '/access_grants/unmanaged/': allManaged,
  '/access_methods/unmanaged/': allManaged,
  '/acs/access_groups/': 'the hub has no access groups',
  '/acs/credential_pools/': 'deprecated by Seam',
  '/acs/credential_provisioning_automations/': 'deprecated by Seam',
  '/acs/credentials/': byMethod,
  '/acs/entrances/grant_access': 'doors are granted by access grants',
  '/acs/entrances/unlock':
    'the hub has no doors to unlock; `/access_methods/unlock_door` tells whether a key is good',
  '/acs/systems/list_compatible_credential_manager_acs_systems': 'the hub has no credential managers',
  '/acs/users/': noUsers,
  '/client_sessions/': 'a client session comes with its mobile key; the hub takes its token nowhere',
  '/connect_webviews/': 'bridges are paired by code',
  '/connected_accounts/': 'an access system’s account is no more than its id here',
  '/customers/': seams,
  '/devices/': noDevices,
  '/locks/': noDevices,
  '/noise_sensors/': noDevices,
  '/phones/': noDevices,
  '/seam/bridge/v1/bridge_client_sessions/refresh_': 'tailscale and telemetry have no part in this channel',
  '/seam/connect_webview/': seams,
  '/seam/console/': seams,
  '/seam/customer/': seams,
  '/seam/instant_key/': 'the hub’s Instant Keys have a page of their own',
  '/seam/mcp/': seams,
  '/seam/mobile_sdk/': 'the hub’s mobile keys open no door',
  '/seam/partner/': seams,
  '/seam/webhooks/': 'for providers of Seam’s',
  '/spaces/': 'the hub has no spaces',
  '/thermostats/': noDevices,
  '/unstable_partner/': seams,
  '/user_identities/': 'whoever is granted access is created, read and listed, no more',
  '/user_identities/generate_instant_key': 'an Instant Key comes with its access method',
  '/workspaces/': 'an API key has one workspace, which is the hub’s to make',
}

/** Endpoints that answer with a success and don't keep what they were told. */
export const notKept: Readonly<Record<string, string>> = {
  '/acs/systems/report_devices':
    'doors are kept, encoders are not: those of the hub are what its bridges list',
  '/seam/bridge/v1/bridge_client_sessions/report_status': 'tailscale has no part in this channel',
}

/** Throws for an endpoint that nobody has decided about. */
export const reasonFor = (path: string): string => {
  const [prefix] = Object.keys(reasons)
    .filter((one) => path.startsWith(one))
    .toSorted((one, other) => other.length - one.length)
  const reason = prefix === undefined ? undefined : reasons[prefix]
  if (reason === undefined) throw new Error(`docs/render/unserved-endpoints.ts says nothing of ${path}.`)
  return reason
}
