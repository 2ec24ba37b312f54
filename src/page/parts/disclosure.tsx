import { useEffect, useRef, type ReactNode } from 'react'

interface DisclosureProps {
  readonly summary: string
  readonly className: string
  /** It opens when this becomes true, and never closes by itself: somebody may be at work in it. */
  readonly opensWhen: boolean
  readonly children: ReactNode
}

/** Something that is shown when it is wanted. */
export const Disclosure = ({ summary, className, opensWhen, children }: DisclosureProps) => {
  const ref = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    if (opensWhen && ref.current !== null) ref.current.open = true
  }, [opensWhen])
  return (
    <details ref={ref} className={className}>
      <summary>{summary}</summary>
      {children}
    </details>
  )
}
