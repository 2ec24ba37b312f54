/** How far something has come; without figures it only says that something goes on. */
export const Progress = ({
  label,
  done,
  total,
}: {
  readonly label: string
  readonly done?: number | undefined
  readonly total?: number | undefined
}) => (
  <div className="progress">
    <progress aria-label={label} value={done} max={total} />
    {done !== undefined && total !== undefined && (
      <span className="progress-figures">{`${String(done)} / ${String(total)}`}</span>
    )}
  </div>
)
