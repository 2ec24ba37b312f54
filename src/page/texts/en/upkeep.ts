/** The views of whoever installs. */
export const upkeep = {}
