import { useCall } from '../../live/use-call.ts'
import { useRestart } from '../../live/use-restart.ts'
import { settingsOf, withDevice, type NewDevice } from './new-device.ts'

/** Saves a device in the settings as they are at that moment, and has the daemon start with them. */
export const useSaveDevice = () => {
  const { isBusy, error, run } = useCall()
  const restart = useRestart()
  const save = async (device: NewDevice, isKeySystem: boolean): Promise<void> => {
    const saved = await run(async (client) => {
      const { revision, values } = await client.settings()
      return client.replaceSettings({
        revision,
        values: withDevice(values, settingsOf(device, isKeySystem)),
      })
    })
    if (saved !== null) await restart.start()
  }
  return { save, isBusy, error: error ?? restart.error, restart }
}
