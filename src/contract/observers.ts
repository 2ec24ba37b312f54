/** Those who are told of something, in the order in which they came. They must not throw. */
export interface Observers<T> {
  /** Returns what ends it. */
  add(observer: (value: T) => void): () => void
  tell(value: T): void
}

export const createObservers = <T>(): Observers<T> => {
  const observers = new Set<(value: T) => void>()
  return {
    add: (observer) => {
      const entry = (value: T): void => observer(value)
      observers.add(entry)
      return () => void observers.delete(entry)
    },
    tell: (value) => {
      for (const observer of [...observers]) observer(value)
    },
  }
}
