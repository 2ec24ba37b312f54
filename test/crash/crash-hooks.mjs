/** Module hooks of crash-at.mjs: the daemon's SQLite is the counted one. */
const counted = new URL('counted-sqlite.mjs', import.meta.url).href

export const resolve = (specifier, context, next) =>
  specifier === '@photostructure/sqlite' && context.parentURL !== counted
    ? { url: counted, shortCircuit: true }
    : next(specifier, context)
