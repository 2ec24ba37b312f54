import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { EncoderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { Audit } from './audit.ts'
import { json, parseRow, type Store } from './store.ts'

/** Whom the bridge belongs to, the site's keys, and the ids its encoders bear. */
export type Belonging = Pick<
  Journal,
  | 'pairing'
  | 'setPairing'
  | 'siteKeys'
  | 'setSiteKeys'
  | 'encoderIdOf'
  | 'knownEncoder'
  | 'identityAt'
  | 'setUpDevice'
>

const PairingRow = z
  .object({
    hub_endpoint: z.string(),
    bridge_id: z.string(),
    acs_system_id: z.string(),
    token: z.string(),
    machine: json(z.array(z.string())),
  })
  .transform((row) => ({
    hubEndpoint: row.hub_endpoint,
    bridgeId: row.bridge_id,
    acsSystemId: row.acs_system_id,
    token: row.token,
    machine: row.machine,
  }))

const KeyRow = z.object({ version: z.number(), key: z.instanceof(Uint8Array), is_current: z.number() })

export const createBelonging = (store: Store, audit: Audit): Belonging => {
  const selectPairing = store.prepare('SELECT * FROM pairing')
  const deletePairing = store.prepare('DELETE FROM pairing')
  const insertPairing = store.prepare('INSERT INTO pairing VALUES (1, ?, ?, ?, ?, ?)')
  const selectKeys = store.prepare('SELECT * FROM site_keys ORDER BY version')
  const deleteKeys = store.prepare('DELETE FROM site_keys')
  const insertKey = store.prepare('INSERT INTO site_keys VALUES (?, ?, ?)')
  const selectEncoder = store.prepare('SELECT encoder_id FROM encoders WHERE identity = ?')
  const insertEncoder = store.prepare('INSERT INTO encoders VALUES (?, ?)')
  const forgetIdentity = store.prepare('DELETE FROM encoders WHERE identity = ? OR encoder_id = ?')
  const selectDevice = store.prepare('SELECT identity FROM devices WHERE name = ?')
  const forgetDevice = store.prepare('DELETE FROM devices WHERE name = ? OR identity = ?')
  const insertDevice = store.prepare('INSERT INTO devices VALUES (?, ?)')

  const currentSystem = (): string | undefined => {
    const row: unknown = selectPairing.get()
    return row === undefined ? undefined : parseRow(PairingRow, row).acsSystemId
  }

  const knownEncoder = (identity: string): EncoderId | null => {
    const row: unknown = selectEncoder.get(identity)
    return row === undefined ? null : parseRow(z.object({ encoder_id: EncoderId }), row).encoder_id
  }

  return {
    pairing: () =>
      store.read(() => {
        const row: unknown = selectPairing.get()
        return row === undefined ? null : parseRow(PairingRow, row)
      }),
    setPairing: (pairing) =>
      store.write(() => {
        // Another system has other keys under the same version numbers, and the link refuses to replace a key.
        if (currentSystem() !== pairing?.acsSystemId) deleteKeys.run()
        deletePairing.run()
        if (pairing !== null) {
          const { hubEndpoint, bridgeId, acsSystemId, token, machine } = pairing
          insertPairing.run(hubEndpoint, bridgeId, acsSystemId, token, JSON.stringify(machine))
        }
        audit.append({ event: 'paired', outcome: pairing?.bridgeId ?? 'unpaired' })
      }),

    siteKeys: () =>
      store.read(() => {
        const rows = parseRow(z.array(KeyRow), selectKeys.all())
        const current = rows.find((row) => row.is_current === 1)
        if (current === undefined) return null
        return {
          current: current.version,
          keys: new Map(rows.map((row) => [row.version, new Uint8Array(row.key)])),
        }
      }),
    setSiteKeys: ({ current, keys }) =>
      store.write(() => {
        if (!keys.has(current)) throw new BridgeError('internal_error', `There is no site key ${current}.`)
        deleteKeys.run()
        for (const [version, key] of keys) insertKey.run(version, key, version === current ? 1 : 0)
      }),

    encoderIdOf: (identity) => {
      const known = store.read(() => knownEncoder(identity))
      if (known !== null) return known
      const made = EncoderId.parse(randomUUID())
      store.write(() => insertEncoder.run(identity, made))
      return made
    },
    knownEncoder: (identity) => store.read(() => knownEncoder(identity)),

    identityAt: (name) =>
      store.read(() => {
        const row: unknown = selectDevice.get(name.toLowerCase())
        return row === undefined ? null : parseRow(z.object({ identity: z.string() }), row).identity
      }),
    setUpDevice: ({ name, identity, encoderId }) =>
      store.write(() => {
        forgetIdentity.run(identity, encoderId)
        insertEncoder.run(identity, encoderId)
        forgetDevice.run(name.toLowerCase(), identity)
        insertDevice.run(name.toLowerCase(), identity)
      }),
  }
}
