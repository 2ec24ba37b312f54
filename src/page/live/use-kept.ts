import { useState } from 'react'

/** A choice that this browser keeps over visits. Never for anything secret. */
export const useKept = (name: string, first: string): readonly [string, (value: string) => void] => {
  const key = `encoder-bridge.${name}`
  const [value, setValue] = useState(() => window.localStorage.getItem(key) ?? first)
  const keep = (chosen: string): void => {
    window.localStorage.setItem(key, chosen)
    setValue(chosen)
  }
  return [value, keep]
}
