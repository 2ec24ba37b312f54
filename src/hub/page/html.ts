/** Markup that is safe to send as it is. */
export interface Html {
  readonly html: string
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

type Part = string | number | Html | readonly Html[]

const markup = (part: Part): string => {
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : part.map(({ html }) => html).join('')
}

/** A template whose texts are escaped: only what this function has made goes in as markup. */
export const html = (literals: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: literals.map((literal, index) => literal + markup(parts[index] ?? '')).join(''),
})
