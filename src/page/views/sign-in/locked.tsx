import { useTexts } from '../../texts/texts.tsx'

export const Locked = () => {
  const texts = useTexts()
  return <h1>{texts.shell.lock}</h1>
}
