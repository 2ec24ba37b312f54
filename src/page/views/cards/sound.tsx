import { useKept } from '../../live/use-kept.ts'
import { useTexts } from '../../texts/texts.tsx'

/** Under this name the browser keeps whether endings sound. */
export const SOUND = 'sound'

export const SoundSwitch = () => {
  const { lanes } = useTexts()
  const [sound, keep] = useKept(SOUND, 'off')
  return (
    <label className="switch">
      <input
        type="checkbox"
        checked={sound === 'on'}
        onChange={({ target }) => keep(target.checked ? 'on' : 'off')}
      />
      {lanes.sound}
    </label>
  )
}
