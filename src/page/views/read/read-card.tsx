import { useTexts } from '../../texts/texts.tsx'

export const ReadCard = () => {
  const texts = useTexts()
  return <h1>{texts.views.read}</h1>
}
