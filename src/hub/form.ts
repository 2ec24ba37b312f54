/** A form's repeated keys become lists, as in a query. */
export const parseForm = (text: string): Record<string, string | string[]> => {
  const form = new URLSearchParams(text)
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}
