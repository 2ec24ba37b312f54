/** SQLite with every statement that may write as a point of crash-at.mjs. */
import { DatabaseSync as Database } from '@photostructure/sqlite'
import { pass } from './crash-at.mjs'

const bound = (target, name) => {
  const value = Reflect.get(target, name, target)
  return typeof value === 'function' ? value.bind(target) : value
}

const countedStatement = (statement) =>
  new Proxy(statement, {
    get: (target, name) =>
      name === 'run' ? (...args) => pass('journal', () => target.run(...args)) : bound(target, name),
  })

/** Called with `new`, as the class is; what a constructor function returns is what its caller gets. */
export const DatabaseSync = function (...args) {
  return new Proxy(new Database(...args), {
    get: (target, name) => {
      if (name === 'exec') return (sql) => pass('journal', () => target.exec(sql))
      if (name === 'prepare') return (sql) => countedStatement(target.prepare(sql))
      return bound(target, name)
    },
  })
}
