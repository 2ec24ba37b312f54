import { useTexts } from '../../texts/texts.tsx'

export const SignedOut = () => {
  const texts = useTexts()
  return <h1>{texts.shell.nobody}</h1>
}
