import { useTexts } from '../../texts/texts.tsx'

export const Cards = () => {
  const texts = useTexts()
  return <h1>{texts.views.cards}</h1>
}
