import { useEffect, useState } from 'react'
import { useTexts } from '../texts/texts.tsx'
import { Button } from './button.tsx'

const TOLD_FOR_MS = 2_000

/** Puts a text on the clipboard, and says so. */
export const Copy = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { common } = useTexts()
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setCopied(false), TOLD_FOR_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  return (
    <Button
      aria-label={`${common.copy}: ${label}`}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <span aria-live="polite">{isCopied ? common.copied : common.copy}</span>
    </Button>
  )
}
