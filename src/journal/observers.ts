/** A list of observers. They are called in the order they were added, after the commit, and must not throw. */
export interface Observers<T> {
  add(observer: (value: T) => void): () => void
  notify(value: T): void
}

export const createObservers = <T>(): Observers<T> => {
  const observers = new Set<(value: T) => void>()
  return {
    add: (observer) => {
      const entry = (value: T): void => observer(value)
      observers.add(entry)
      return () => void observers.delete(entry)
    },
    notify: (value) => {
      for (const observer of [...observers]) observer(value)
    },
  }
}
