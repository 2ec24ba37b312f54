import type { Config } from '../config/schema.ts'
import { type HubNetwork, readHubNetwork } from '../seam/hub-network.ts'

type Env = Parameters<typeof readHubNetwork>[1]

/** The way to a hub. Throws as `readHubNetwork` does. */
export const networkToHub = ({ hub }: Pick<Config, 'hub'>, env: Env): HubNetwork =>
  readHubNetwork(hub.caFile ?? null, env, 'hub.caFile')

/** The way to the one that the desk works for: Seam itself, or a hub. Throws as `readHubNetwork` does. */
export const networkOf = (config: Pick<Config, 'hub' | 'seam'>, env: Env): HubNetwork =>
  config.seam === undefined
    ? networkToHub(config, env)
    : readHubNetwork(config.seam.caFile ?? null, env, 'seam.caFile')
