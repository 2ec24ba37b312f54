/** Bears this id, so that whatever ends elsewhere gives the keyboard back to it. */
export const FILTER_ID = 'filter'

/** The clerk types the next room. */
export const focusFilter = (): void => {
  document.querySelector<HTMLInputElement>(`#${FILTER_ID} input`)?.select()
}
