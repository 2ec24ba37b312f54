import type { CardContent } from '../../contract/card-content.ts'

const PLACE_HOLDER = /\{(card_number|credential_id)\}/g

/** The text with `{card_number}` and `{credential_id}` replaced. */
export const fillTemplate = (template: string, content: CardContent): string =>
  template.replaceAll(PLACE_HOLDER, (_, field: string) =>
    field === 'card_number' ? content.cardNumber : content.credentialId,
  )

/** The card number in a text that the template made, or null. */
export const numberIn = (template: string, text: string): string | null => {
  const pattern = template
    .split(PLACE_HOLDER)
    .map((part, index) => {
      if (index % 2 === 0) return part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
      return part === 'card_number' ? String.raw`(\d{1,20})` : '[0-9a-f-]{36}'
    })
    .join('')
  return new RegExp(`^${pattern}$`, 'i').exec(text)?.[1] ?? null
}
