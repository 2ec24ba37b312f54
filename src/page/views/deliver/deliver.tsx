import { useTexts } from '../../texts/texts.tsx'

export const Deliver = () => {
  const texts = useTexts()
  return <h1>{texts.views.deliver}</h1>
}
