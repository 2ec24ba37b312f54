import type { CardContent } from '../../contract/card-content.ts'

const PLACE_HOLDER = /\{(card_number|credential_id)\}/g

/** The text with `{card_number}` and `{credential_id}` replaced. */
export const fillTemplate = (template: string, content: CardContent): string =>
  template.replaceAll(PLACE_HOLDER, (_, field: string) =>
    field === 'card_number' ? content.cardNumber : content.credentialId,
  )

/** The card number in a text that the template made: '' where the template has none, null for any other text. */
export const numberIn = (template: string, text: string): string | null => {
  let isTold = false
  const pattern = template
    .split(PLACE_HOLDER)
    .map((part, index) => {
      if (index % 2 === 0) return part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
      if (part !== 'card_number') return '[0-9a-f-]{36}'
      const isAgain = isTold
      isTold = true
      return isAgain ? String.raw`\1` : String.raw`(\d{1,20})`
    })
    .join('')
  const found = new RegExp(`^${pattern}$`, 'i').exec(text)
  return found === null ? null : (found[1] ?? '')
}
